import type { ServerContext } from '../context.ts';
import { notificationPageSchema } from '../contract/notifications.ts';
import { pageQuerySchema } from '../contract/shapes.ts';
import { idParamsSchema } from '../http/id-params.ts';
import { readCursor } from '../http/page-cursor.ts';
import type { RouteSpec } from '../http/route.ts';
import { route } from '../http/route.ts';
import { listNotifications, markAllRead, markRead } from './notification-store.ts';

/** What the people of a workspace are told; what one of them has read counts as read for all. */
export function notificationRoutes({ pool }: ServerContext): RouteSpec[] {
  return [
    route({
      method: 'get',
      path: '/api/v1/notifications',
      summary: 'Notifications, newest first',
      tag: 'Notifications',
      access: 'viewer',
      query: pageQuerySchema,
      answer: notificationPageSchema,
      handler: ({ principal, query }) =>
        listNotifications(pool, {
          workspaceId: principal.workspaceId,
          limit: query.limit,
          after: readCursor(query.cursor),
        }),
    }),
    route({
      method: 'post',
      path: '/api/v1/notifications/read-all',
      summary: 'Mark all as read',
      tag: 'Notifications',
      access: 'editor',
      status: 204,
      handler: ({ principal }) => markAllRead(pool, principal.workspaceId),
    }),
    route({
      method: 'post',
      path: '/api/v1/notifications/:id/read',
      summary: 'Mark one as read',
      tag: 'Notifications',
      access: 'editor',
      params: idParamsSchema,
      status: 204,
      handler: ({ principal, params }) => markRead(pool, principal.workspaceId, params.id),
    }),
  ];
}
