import { setTimeout as sleepFor } from 'node:timers/promises';
import type { NextFunction, Request, Response, Router } from 'express';
import express from 'express';
import type { Secrets } from '../secrets.ts';
import { moodOfCall, SLOW_MS } from './bad-moods.ts';
import { badToken, noSuchObject } from './rules.ts';
import { accountOfToken, newExternalId } from './sandbox-account.ts';
import type { SandboxAccount } from './sandbox-items.ts';
import type { NewSandboxItem, SandboxRow, SandboxStore } from './sandbox-store.ts';
import {
  changeObject,
  deleteComment,
  listReplies,
  replyToComment,
  showComment,
} from './simulate-comments.ts';
import { readInsights, showAccount } from './simulate-insights.ts';
import { listConversations, sendMessage } from './simulate-messages.ts';
import { deleteStarters, readStarters, setStarters, showPerson } from './simulate-profiles.ts';
import {
  createContainer,
  listMedia,
  publishContainer,
  publishingLimit,
  showMedia,
} from './simulate-publishing.ts';
import type { Simulate } from './simulated-call.ts';
import { Refused } from './simulated-call.ts';
import type { WebhookDelivery } from './webhook-delivery.ts';

type Deps = {
  store: SandboxStore;
  delivery: Pick<WebhookDelivery, 'wake'>;
  secrets: Pick<Secrets, 'sandboxAppSecret'>;
  now?: () => Date;
  /** 0 to 1; decides which calls a bad mood meets. */
  random?: () => number;
  sleep?: (ms: number) => Promise<unknown>;
};

/**
 * A simulator of Instagram's Graph API, spoken to over HTTP like the real one, with Instagram's rules and error bodies.
 * Mounted at `/sandbox/graph`.
 */
export function graphSimulator(deps: Deps): Router {
  const { store, now = () => new Date(), random = Math.random, sleep = sleepFor } = deps;
  const router = express.Router();
  router.use(express.json({ limit: '64kb' }));

  const tell = async (item: NewSandboxItem): Promise<SandboxRow> => {
    const row = await store.add(item);
    void deps.delivery.wake();
    return row;
  };

  const on = (simulate: Simulate) => async (request: Request, response: Response, next: NextFunction) => {
    try {
      const account = await authenticate(request, deps);
      const mood = await takeMood(account);
      if (mood?.fate === 'refused') throw new Refused(mood.refusal);
      if (mood?.fate === 'late') await sleep(SLOW_MS);
      const { query, body } = request;
      const answer = await simulate({
        account,
        id: String(request.params.id),
        query,
        body,
        store,
        tell,
        now,
      });
      if (mood?.fate === 'lost') request.socket.destroy();
      else response.json(answer);
    } catch (error) {
      next(error);
    }
  };

  async function takeMood({ workspaceId }: SandboxAccount) {
    const moods = await store.moods(workspaceId);
    if (moods.calls === 'none') return null;
    const mood = moodOfCall(moods, random());
    return mood && (await store.takeMoodyCall(workspaceId)) ? mood : null;
  }

  router.post('/:id/replies', on(replyToComment));
  router.get('/:id/replies', on(listReplies));
  router.post('/:id/messages', on(sendMessage));
  router.get('/:id/conversations', on(listConversations));
  router.post('/:id/media', on(createContainer));
  router.get('/:id/media', on(listMedia));
  router.post('/:id/media_publish', on(publishContainer));
  router.get('/:id/content_publishing_limit', on(publishingLimit));
  router.get('/:id/insights', on(readInsights));
  router.post('/:id/messenger_profile', on(setStarters));
  router.get('/:id/messenger_profile', on(readStarters));
  router.delete('/:id/messenger_profile', on(deleteStarters));
  router.get('/:id', on(showObject));
  router.post('/:id', on(changeObject));
  router.delete('/:id', on(deleteComment));

  router.use((error: unknown, _request: Request, response: Response, next: NextFunction) => {
    if (!(error instanceof Refused)) return next(error);
    const { status, message, type, code, subcode, headers = {} } = error.refusal;
    const trace = newExternalId();
    response
      .status(status)
      .set(headers)
      .json({
        error: { message, type, code, ...(subcode && { error_subcode: subcode }), fbtrace_id: trace },
      });
  });
  return router;
}

/** `GET /{id}`: the account, a comment, a post or container, a person. */
const showObject: Simulate = async (call) => {
  const { id, account } = call;
  if (id === 'me' || id === account.externalId) return showAccount(call);
  const found = (await showComment(call)) ?? (await showMedia(call)) ?? (await showPerson(call));
  if (!found) throw new Refused(noSuchObject(id));
  return found;
};

async function authenticate(request: Request, deps: Deps): Promise<SandboxAccount> {
  const header = /^Bearer (.+)$/.exec(request.get('authorization') ?? '')?.[1];
  const externalId = accountOfToken(deps.secrets, header ?? String(request.query.access_token ?? ''));
  const account = externalId === null ? undefined : await deps.store.account({ externalId });
  if (!account) throw new Refused(badToken());
  return account;
}
