import {
  sandboxCommentRequestSchema,
  sandboxItemSchema,
  sandboxMessageRequestSchema,
  sandboxTimelineSchema,
} from '../contract/shapes.ts';
import { HttpProblem, notFound } from '../http/problem.ts';
import type { RouteSpec } from '../http/route.ts';
import { route } from '../http/route.ts';
import { followerItem } from './graph-simulator.ts';
import type { SandboxStore } from './sandbox-store.ts';
import { toSandboxItem } from './sandbox-store.ts';
import type { WebhookDelivery } from './webhook-delivery.ts';

const DEFAULT_FOLLOWER = 'mia';
/** The post that everybody comments on unless another is named. */
const DEFAULT_MEDIA = '17900000000000001';

type Deps = { store: SandboxStore; delivery: WebhookDelivery };

/** Act as a follower of the sandbox account, and see what the account did. */
export function sandboxRoutes({ store, delivery }: Deps): RouteSpec[] {
  const accountOf = async (workspaceId: string) => {
    const account = await store.account({ workspaceId });
    if (!account) throw notFound('sandbox account');
    return account;
  };

  return [
    route({
      method: 'post',
      path: '/api/v1/sandbox/comments',
      summary: 'Write a comment as a follower',
      tag: 'Sandbox',
      access: 'editor',
      body: sandboxCommentRequestSchema,
      answer: sandboxItemSchema,
      status: 201,
      handler: async ({ body, principal }) => {
        const account = await accountOf(principal.workspaceId);
        const parent = body.parentId ? await store.find(account.externalId, body.parentId) : undefined;
        if (body.parentId && parent?.kind !== 'comment') {
          throw new HttpProblem(400, 'validation', 'Bad request', 'The comment to reply to does not exist.', {
            errors: [{ path: 'parentId', message: 'There is no such comment in the sandbox.' }],
          });
        }
        const row = await store.add(
          followerItem(account, {
            kind: 'comment',
            username: body.username ?? DEFAULT_FOLLOWER,
            text: body.text,
            mediaId: parent?.mediaId ?? body.mediaId ?? DEFAULT_MEDIA,
            ...(parent && { parentId: parent.parentExternalId ?? parent.externalId }),
            at: new Date(),
          }),
        );
        await delivery.wake();
        return toSandboxItem(row);
      },
    }),
    route({
      method: 'post',
      path: '/api/v1/sandbox/messages',
      summary: 'Write a direct message as a follower',
      tag: 'Sandbox',
      access: 'editor',
      body: sandboxMessageRequestSchema,
      answer: sandboxItemSchema,
      status: 201,
      handler: async ({ body, principal }) => {
        const account = await accountOf(principal.workspaceId);
        const username = body.username ?? DEFAULT_FOLLOWER;
        const row = await store.add(
          followerItem(account, { kind: 'message', username, text: body.text, at: new Date() }),
        );
        await delivery.wake();
        return toSandboxItem(row);
      },
    }),
    route({
      method: 'get',
      path: '/api/v1/sandbox/timeline',
      summary: 'Everything that happened in the sandbox, oldest first',
      tag: 'Sandbox',
      access: 'viewer',
      answer: sandboxTimelineSchema,
      handler: async ({ principal }) => {
        const account = await accountOf(principal.workspaceId);
        const rows = await store.timeline(principal.workspaceId, account.externalId);
        return {
          account: { id: account.externalId, username: account.username },
          items: rows.map(toSandboxItem),
        };
      },
    }),
  ];
}
