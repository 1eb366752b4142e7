import { z } from 'zod';
import type { Template } from '../contract/shapes.ts';
import { templateSchema } from '../contract/shapes.ts';
import type { RouteSpec } from '../http/route.ts';
import { route } from '../http/route.ts';

/** The gallery of ready flows. */
export function templateRoutes(templates: Template[]): RouteSpec[] {
  return [
    route({
      method: 'get',
      path: '/api/v1/templates',
      summary: 'Ready flows to start from',
      tag: 'Flows',
      access: 'viewer',
      answer: z.object({ items: z.array(templateSchema), nextCursor: z.null() }),
      handler: () => ({ items: templates, nextCursor: null }),
    }),
  ];
}
