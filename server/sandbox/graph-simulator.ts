import type { NextFunction, Request, Response, Router } from 'express';
import express from 'express';
import { z } from 'zod';
import type { Secrets } from '../secrets.ts';
import type { GraphRefusal } from './rules.ts';
import {
  badParameter,
  badToken,
  noSuchObject,
  refuseMessage,
  refusePrivateReply,
  refuseReply,
} from './rules.ts';
import { accountOfToken, followerId, newExternalId } from './sandbox-account.ts';
import type { NewSandboxItem, SandboxRow, SandboxStore } from './sandbox-store.ts';
import type { WebhookDelivery } from './webhook-delivery.ts';

const messageBody = z.object({
  recipient: z.union([z.object({ comment_id: z.string() }), z.object({ id: z.string() })]),
  message: z.object({ text: z.string().min(1) }),
});

type Deps = {
  store: SandboxStore;
  delivery: WebhookDelivery;
  secrets: Pick<Secrets, 'sandboxAppSecret'>;
  now?: () => Date;
};
type Account = { workspaceId: string; externalId: string; username: string };

/** A refusal on its way to the answer. */
class Refused extends Error {
  readonly refusal: GraphRefusal;
  constructor(refusal: GraphRefusal) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

/**
 * A simulator of Instagram's Graph API, spoken to over HTTP like the real one: comments, replies, hiding, deleting,
 * private replies and messages, with Instagram's rules and error bodies. Mounted at `/sandbox/graph`.
 */
export function graphSimulator(deps: Deps): Router {
  const now = deps.now ?? (() => new Date());
  const router = express.Router();
  router.use(express.json({ limit: '64kb' }));

  const call =
    (handle: (request: Request, account: Account) => Promise<unknown>) =>
    async (request: Request, response: Response, next: NextFunction) => {
      try {
        response.json(await handle(request, await authenticate(request, deps)));
      } catch (error) {
        next(error);
      }
    };

  const tell = async (item: NewSandboxItem): Promise<SandboxRow> => {
    const row = await deps.store.add(item);
    void deps.delivery.wake();
    return row;
  };

  router.post(
    '/:id/replies',
    call(async (request, account) => {
      const id = String(request.params.id);
      const text = requiredText(request, 'message');
      const comment = await findComment(deps.store, account, id);
      throwIf(refuseReply(comment, id, text));
      const reply = await tell({
        ...ownItem(account, 'comment', text, now()),
        // "Replies to a reply will be added to the top-level comment."
        parentExternalId: comment?.parentExternalId ?? id,
        mediaId: comment?.mediaId ?? null,
      });
      return { id: reply.externalId };
    }),
  );

  router.get(
    '/:id/replies',
    call(async (request, account) => {
      const id = String(request.params.id);
      if (!(await findComment(deps.store, account, id))) throw new Refused(noSuchObject(id));
      return { data: (await deps.store.replies(account.externalId, id)).map(commentFields) };
    }),
  );

  router.post(
    '/:id/messages',
    call(async (request, account) => {
      if (request.params.id !== account.externalId && request.params.id !== 'me') {
        throw new Refused(noSuchObject(String(request.params.id)));
      }
      const body = messageBody.safeParse(request.body);
      if (!body.success) throw new Refused(badParameter('recipient and message'));
      const { recipient, message } = body.data;
      const item = ownItem(account, 'message', message.text, now());
      const sent =
        'comment_id' in recipient
          ? await tell(await privateReply(deps.store, account, recipient.comment_id, item, now()))
          : await tell(await directMessage(deps.store, account, recipient.id, item, now()));
      return { recipient_id: sent.toExternalId, message_id: sent.externalId };
    }),
  );

  router.get(
    '/:id/conversations',
    call(async (request, account) => {
      const personId = String(request.query.user_id ?? '');
      const messages = await deps.store.conversation(account.externalId, personId);
      if (messages.length === 0) return { data: [] };
      return { data: [{ id: `conversation_${personId}`, messages: { data: messages.map(messageFields) } }] };
    }),
  );

  router.get(
    '/:id',
    call(async (request, account) => {
      const id = String(request.params.id);
      if (id === 'me' || id === account.externalId)
        return { id: account.externalId, username: account.username };
      const comment = await findComment(deps.store, account, id);
      if (!comment || comment.deleted) throw new Refused(noSuchObject(id));
      return commentFields(comment);
    }),
  );

  router.post(
    '/:id',
    call(async (request, account) => {
      const id = String(request.params.id);
      const hide = String(request.query.hide ?? (request.body as { hide?: unknown } | undefined)?.hide ?? '');
      if (hide !== 'true' && hide !== 'false') throw new Refused(badParameter('hide'));
      await changeComment(deps.store, account, id, { hidden: hide === 'true' });
      return { success: true };
    }),
  );

  router.delete(
    '/:id',
    call(async (request, account) => {
      await changeComment(deps.store, account, String(request.params.id), { deleted: true });
      return { success: true };
    }),
  );

  router.use((error: unknown, _request: Request, response: Response, next: NextFunction) => {
    if (!(error instanceof Refused)) return next(error);
    const { status, message, type, code, subcode } = error.refusal;
    const trace = newExternalId();
    response.status(status).json({
      error: { message, type, code, ...(subcode && { error_subcode: subcode }), fbtrace_id: trace },
    });
  });
  return router;
}

async function authenticate(request: Request, deps: Deps): Promise<Account> {
  const header = /^Bearer (.+)$/.exec(request.get('authorization') ?? '')?.[1];
  const externalId = accountOfToken(deps.secrets, header ?? String(request.query.access_token ?? ''));
  const account = externalId === null ? undefined : await deps.store.account({ externalId });
  if (!account) throw new Refused(badToken());
  return account;
}

async function privateReply(
  store: SandboxStore,
  account: Account,
  commentId: string,
  item: NewSandboxItem,
  now: Date,
) {
  const comment = await findComment(store, account, commentId);
  const earlier = await store.privateReplyTo(account.externalId, commentId);
  throwIf(refusePrivateReply(comment, commentId, item.text, earlier !== undefined, now));
  return {
    ...item,
    parentExternalId: commentId,
    toExternalId: comment?.fromExternalId ?? null,
    isPrivateReply: true,
  };
}

async function directMessage(
  store: SandboxStore,
  account: Account,
  personId: string,
  item: NewSandboxItem,
  now: Date,
) {
  const messages = await store.conversation(account.externalId, personId);
  const lastIncoming = messages.find((message) => message.fromExternalId === personId);
  throwIf(refuseMessage(lastIncoming?.at, item.text, now));
  return { ...item, toExternalId: personId };
}

async function changeComment(
  store: SandboxStore,
  account: Account,
  id: string,
  change: { hidden: boolean } | { deleted: true },
) {
  const comment = await findComment(store, account, id);
  if (!comment || comment.deleted) throw new Refused(noSuchObject(id));
  await store.change(account.externalId, id, change);
}

async function findComment(
  store: SandboxStore,
  account: Account,
  id: string,
): Promise<SandboxRow | undefined> {
  const item = await store.find(account.externalId, id);
  return item?.kind === 'comment' ? item : undefined;
}

function ownItem(account: Account, kind: 'comment' | 'message', text: string, at: Date): NewSandboxItem {
  return {
    workspaceId: account.workspaceId,
    accountExternalId: account.externalId,
    kind,
    externalId: newExternalId(),
    parentExternalId: null,
    mediaId: null,
    fromExternalId: account.externalId,
    fromUsername: account.username,
    toExternalId: null,
    text,
    isPrivateReply: false,
    at,
  };
}

/** What a follower does: the same row, written by them. */
export function followerItem(
  account: Account,
  item: {
    kind: 'comment' | 'message';
    username: string;
    text: string;
    mediaId?: string;
    parentId?: string;
    at: Date;
  },
): NewSandboxItem {
  return {
    ...ownItem(account, item.kind, item.text, item.at),
    parentExternalId: item.parentId ?? null,
    mediaId: item.mediaId ?? null,
    fromExternalId: followerId(account.externalId, item.username),
    fromUsername: item.username,
    toExternalId: item.kind === 'message' ? account.externalId : null,
  };
}

function commentFields(row: SandboxRow) {
  return {
    id: row.externalId,
    text: row.text,
    timestamp: row.at.toISOString(),
    from: { id: row.fromExternalId, username: row.fromUsername },
    hidden: row.hidden,
  };
}

function messageFields(row: SandboxRow) {
  return {
    id: row.externalId,
    message: row.text,
    created_time: row.at.toISOString(),
    from: { id: row.fromExternalId, username: row.fromUsername },
  };
}

function requiredText(request: Request, name: string): string {
  const value = (request.body as Record<string, unknown> | undefined)?.[name] ?? request.query[name];
  if (typeof value !== 'string' || value === '') throw new Refused(badParameter(name));
  return value;
}

function throwIf(refusal: GraphRefusal | null): void {
  if (refusal) throw new Refused(refusal);
}
