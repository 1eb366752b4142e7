import type { ServerContext } from '../context.ts';
import { flowSchema } from '../contract/shapes.ts';
import { idParamsSchema } from '../http/id-params.ts';
import type { RouteSpec } from '../http/route.ts';
import { route } from '../http/route.ts';
import { flowResumed, pauseChanged } from './flow-changes.ts';
import { pauseFlow, resumeFlow } from './pause.ts';

/** Holding a published flow for a while, without losing an event. */
export function pauseRoutes(context: ServerContext): RouteSpec[] {
  return [
    route({
      method: 'post',
      path: '/api/v1/flows/:id/pause',
      summary: 'Pause a flow',
      description:
        'Events are stored and wait; nothing starts. What runs goes to its end, what waits and comes due waits on. ' +
        '409 when it is not published or paused already.',
      tag: 'Flows',
      access: 'editor',
      params: idParamsSchema,
      answer: flowSchema,
      handler: async ({ principal, params }) => {
        await pauseFlow(context, principal, params.id);
        return pauseChanged(context, principal.workspaceId, params.id);
      },
    }),
    route({
      method: 'post',
      path: '/api/v1/flows/:id/resume',
      summary: 'Resume a paused flow',
      description: 'What waited starts, in order of arrival. 409 when it is not paused.',
      tag: 'Flows',
      access: 'editor',
      params: idParamsSchema,
      answer: flowSchema,
      handler: async ({ principal, params }) => {
        await resumeFlow(context, principal, params.id);
        flowResumed(context, params.id);
        return pauseChanged(context, principal.workspaceId, params.id);
      },
    }),
  ];
}
