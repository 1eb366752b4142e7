import { z } from 'zod';
import type { RouteSpec } from '../http/route.ts';
import { route } from '../http/route.ts';
import type { Tickets } from './tickets.ts';
import { TICKET_SECONDS } from './tickets.ts';

/** The API's part of live events: tickets for the WebSocket. */
export function liveRoutes({ tickets }: { tickets: Tickets }): RouteSpec[] {
  return [
    route({
      method: 'post',
      path: '/api/v1/ws-ticket',
      summary: `A ticket that opens one WebSocket, within ${TICKET_SECONDS} seconds`,
      tag: 'Live',
      access: 'viewer',
      answer: z.object({ ticket: z.string() }),
      handler: async ({ principal }) => ({ ticket: await tickets.issue(principal) }),
    }),
  ];
}
