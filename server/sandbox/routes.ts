import type { SandboxActivity } from '../contract/sandbox.ts';
import {
  sandboxEventRequestSchema,
  sandboxEventSchema,
  sandboxMoodsSchema,
  sandboxWorldSchema,
} from '../contract/sandbox.ts';
import {
  sandboxCommentRequestSchema,
  sandboxItemSchema,
  sandboxMessageRequestSchema,
} from '../contract/shapes.ts';
import { HttpProblem, notFound } from '../http/problem.ts';
import type { RouteSpec } from '../http/route.ts';
import { route } from '../http/route.ts';
import { DEFAULT_FOLLOWER, followerAct } from './follower-acts.ts';
import type { ActivityPart } from './sandbox-items.ts';
import { followerItem } from './sandbox-items.ts';
import { DEFAULT_MEDIA, postsOf } from './sandbox-media.ts';
import type { SandboxState } from './sandbox-state.ts';
import type { SandboxRow, SandboxStore } from './sandbox-store.ts';
import { toSandboxItem } from './sandbox-store.ts';
import type { WebhookDelivery } from './webhook-delivery.ts';

type Deps = { store: SandboxStore; delivery: WebhookDelivery };

/** Act as a follower of the sandbox account, see what the account did, and have the platform misbehave. */
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
        const mediaId = parent?.mediaId ?? body.mediaId ?? DEFAULT_MEDIA;
        const { commentsOff } = await store.state(principal.workspaceId);
        if (commentsOff.includes(mediaId)) {
          throw new HttpProblem(
            409,
            'comments-off',
            'Comments are off',
            'Your account switched the comments of this post off. Choose another post, or switch them on again.',
          );
        }
        const row = await store.add(
          followerItem(account, {
            kind: 'comment',
            username: body.username ?? DEFAULT_FOLLOWER,
            text: body.text,
            mediaId,
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
      method: 'post',
      path: '/api/v1/sandbox/events',
      summary: 'Do anything else a follower can do',
      description:
        'Send a picture, tap a quick reply, a button, an ice breaker or a line of the menu, answer or mention in a story, mention in a comment or caption, react, open an ig.me link, change or take back a message.',
      tag: 'Sandbox',
      access: 'editor',
      body: sandboxEventRequestSchema,
      answer: sandboxEventSchema,
      status: 201,
      handler: async ({ body, principal }) => {
        const account = await accountOf(principal.workspaceId);
        const row = await store.add(await followerAct({ store, account, now: new Date() }, body));
        await delivery.wake();
        return { id: row.externalId };
      },
    }),
    route({
      method: 'get',
      path: '/api/v1/sandbox/timeline',
      summary: 'Everything that happened in the sandbox, oldest first',
      tag: 'Sandbox',
      access: 'viewer',
      answer: sandboxWorldSchema,
      handler: async ({ principal: { workspaceId } }) => {
        const account = await accountOf(workspaceId);
        const { externalId, username } = account;
        const [rows, published, state, moods] = await Promise.all([
          store.timeline(workspaceId, externalId),
          store.published(externalId),
          store.state(workspaceId),
          store.moods(workspaceId),
        ]);
        const names = new Map(rows.map((row) => [row.fromExternalId, row.fromUsername]));
        return {
          account: { id: externalId, username },
          items: rows.filter(({ kind }) => kind !== 'activity').map(toSandboxItem),
          media: postsOf(published, state.commentsOff),
          activities: rows.flatMap((row) => toActivity(row, names)),
          starters: startersOf(state),
          moods,
        };
      },
    }),
    route({
      method: 'get',
      path: '/api/v1/sandbox/moods',
      summary: 'How the simulated platform behaves',
      tag: 'Sandbox',
      access: 'viewer',
      answer: sandboxMoodsSchema,
      handler: async ({ principal }) => store.moods(principal.workspaceId),
    }),
    route({
      method: 'put',
      path: '/api/v1/sandbox/moods',
      summary: 'Have the simulated platform misbehave',
      description:
        '`limit` answers 429 with usage headers, `login` 190, `server_error` 500; `slow` does it after five seconds; `reset` does it and breaks the connection without an answer.',
      tag: 'Sandbox',
      access: 'editor',
      body: sandboxMoodsSchema,
      answer: sandboxMoodsSchema,
      handler: async ({ body, principal }) => {
        await store.setMoods(principal.workspaceId, body);
        if (body.calls !== 'login') await store.logIn(principal.workspaceId);
        await delivery.wake();
        return body;
      },
    }),
  ];
}

function toActivity(row: SandboxRow, names: ReadonlyMap<string, string>): SandboxActivity[] {
  const part = row.kind === 'activity' ? row.attachments.find(isActivityPart) : undefined;
  if (!part) return [];
  const isOurs = row.fromExternalId === row.accountExternalId;
  const username = isOurs ? (names.get(row.toExternalId ?? '') ?? '') : row.fromUsername;
  return [{ id: row.externalId, kind: part.kind, username, text: row.text, at: row.at.toISOString() }];
}

const isActivityPart = (part: unknown): part is ActivityPart =>
  typeof part === 'object' && part !== null && 'type' in part && part.type === 'activity';

function startersOf({ iceBreakers, menu }: SandboxState) {
  return {
    iceBreakers,
    menu: menu.map(({ type, title, url = '', payload = '' }) =>
      type === 'web_url'
        ? { type: 'url' as const, title, url }
        : { type: 'postback' as const, title, payload },
    ),
  };
}
