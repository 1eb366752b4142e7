import type { ServerContext } from '../context.ts';
import {
  contactSchema,
  conversationSchema,
  messageSchema,
  searchQuerySchema,
} from '../contract/conversations.ts';
import { pageOf, pageQuerySchema } from '../contract/shapes.ts';
import { idParamsSchema } from '../http/id-params.ts';
import { readCursor } from '../http/page-cursor.ts';
import type { RouteSpec } from '../http/route.ts';
import { route } from '../http/route.ts';
import { getContact, listContacts, listConversations, listMessages } from './conversation-store.ts';

/** Contacts, conversations and what was said in them. */
export function conversationRoutes({ pool }: Pick<ServerContext, 'pool'>): RouteSpec[] {
  return [
    route({
      method: 'get',
      path: '/api/v1/conversations',
      summary: 'Conversations, the liveliest first',
      description: '`search` is a part of the username or name.',
      tag: 'Conversations',
      access: 'viewer',
      query: searchQuerySchema,
      answer: pageOf(conversationSchema),
      handler: ({ principal, query: { cursor, ...query } }) =>
        listConversations(pool, {
          workspaceId: principal.workspaceId,
          ...query,
          after: readCursor(cursor),
        }),
    }),
    route({
      method: 'get',
      path: '/api/v1/conversations/:id/messages',
      summary: 'Messages of a conversation, newest first',
      tag: 'Conversations',
      access: 'viewer',
      params: idParamsSchema,
      query: pageQuerySchema,
      answer: pageOf(messageSchema),
      handler: ({ principal, params, query: { cursor, limit } }) =>
        listMessages(pool, {
          workspaceId: principal.workspaceId,
          conversationId: params.id,
          limit,
          after: readCursor(cursor),
        }),
    }),
    route({
      method: 'get',
      path: '/api/v1/contacts',
      summary: 'Contacts, those heard of last first',
      description: '`search` is a part of the username or name.',
      tag: 'Conversations',
      access: 'viewer',
      query: searchQuerySchema,
      answer: pageOf(contactSchema),
      handler: ({ principal, query: { cursor, ...query } }) =>
        listContacts(pool, { workspaceId: principal.workspaceId, ...query, after: readCursor(cursor) }),
    }),
    route({
      method: 'get',
      path: '/api/v1/contacts/:id',
      summary: 'A contact',
      tag: 'Conversations',
      access: 'viewer',
      params: idParamsSchema,
      answer: contactSchema,
      handler: ({ principal, params }) => getContact(pool, principal.workspaceId, params.id),
    }),
  ];
}
