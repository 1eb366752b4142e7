import type { Request, RequestHandler, Response } from 'express';
import { Router } from 'express';
import { z } from 'zod';
import type { TriggerEvent } from '../../engine/event.ts';
import { newId } from '../database/id.ts';
import { HttpProblem } from '../http/problem.ts';
import type { Logger } from '../log.ts';
import type { Secrets } from '../secrets.ts';
import type { Followers } from './followers.ts';
import { nobodyKnown } from './followers.ts';
import type { IncomingEvent } from './incoming-event.ts';
import type { ExecutionToStore, Ingest, StoredExecution } from './ingest.ts';
import type { KnownAccount, KnownAccounts } from './known-accounts.ts';
import { parseEvents } from './parse-events.ts';
import { parseJson } from './parse-json.ts';
import type { PublishedFlow, PublishedFlows } from './published-flows.ts';
import { readBody } from './read-body.ts';
import { contactKeyOf, routeEvents } from './route-events.ts';
import { isSameSecret, isSignedBy } from './signature.ts';

/** What Meta's examples answer. */
const RECEIVED = 'EVENT_RECEIVED';

export type WebhookDeps = {
  secrets: Pick<Secrets, 'verifyToken' | 'webhookSecrets'>;
  log: Logger;
  flows: PublishedFlows;
  accounts: KnownAccounts;
  ingest: Ingest;
  followersAmong: (people: { account: KnownAccount; personId: string }[]) => Promise<Followers>;
  /** Told of new executions after they are on disk. Never throws. */
  onStored: (executions: StoredExecution[]) => void;
};

/**
 * The public side of webhooks (DESIGN 6). Mount it before anything that reads bodies: signatures are checked over the
 * bytes received. 200 means that the events are on disk.
 */
export function webhookRouter(deps: WebhookDeps): Router {
  const router = Router({ caseSensitive: true });
  router.get('/webhooks/instagram', answering(handshake(deps)));
  router.get('/webhooks/instagram/:flowId', answering(handshake(deps)));
  router.post('/webhooks/instagram', answering(receiveForApp(deps)));
  router.post('/webhooks/instagram/:flowId', answering(receiveForFlow(deps)));
  router.post('/webhooks/http/:flowId', answering(receiveHttpCall(deps)));
  return router;

  /** Problems are answered here, as the body may be unread and the API's middleware has not run. */
  function answering(handle: (request: Request, response: Response) => Promise<void> | void): RequestHandler {
    return async (request, response) => {
      try {
        await handle(request, response);
      } catch (error) {
        if (!(error instanceof HttpProblem))
          deps.log.error({ err: error }, 'A webhook could not be taken in');
        const problem =
          error instanceof HttpProblem
            ? error
            : new HttpProblem(
                503,
                'not-stored',
                'Not stored',
                'The event could not be stored. Send it again.',
              );
        if (!request.complete) response.set('Connection', 'close');
        response
          .status(problem.status)
          .type('application/problem+json')
          .send(JSON.stringify(problem.toDetails()));
      }
    };
  }
}

/** Meta's "Webhooks, Getting Started: Validating Verification Requests". */
function handshake({ secrets }: WebhookDeps) {
  return (request: Request, response: Response): void => {
    const { 'hub.mode': mode, 'hub.verify_token': token, 'hub.challenge': challenge } = request.query;
    const isVerified =
      mode === 'subscribe' && typeof token === 'string' && isSameSecret(token, secrets.verifyToken);
    if (!isVerified || typeof challenge !== 'string') {
      throw new HttpProblem(403, 'wrong-verify-token', 'Forbidden', 'The verify token does not match.');
    }
    response.type('text/plain').set('X-Content-Type-Options', 'nosniff').send(challenge);
  };
}

function receiveForFlow(deps: WebhookDeps) {
  return async (request: Request, response: Response): Promise<void> => {
    const flow = await publishedFlow(deps, request);
    const events = await receiveEvents(deps, request);
    const accounts = await deps.accounts.find(accountIds(events));
    const isOurs = (account: KnownAccount) => account.workspaceId === flow.workspaceId;
    const ours = new Map([...accounts].filter(([, account]) => isOurs(account)));
    const followers = await followersFor(deps, events, ours, [flow]);
    const started = await deps.ingest.store(routeEvents(events, flow.id, ours, () => [flow], followers));
    answerReceived(response);
    deps.onStored(started);
  };
}

function receiveForApp(deps: WebhookDeps) {
  return async (request: Request, response: Response): Promise<void> => {
    const events = await receiveEvents(deps, request);
    const accounts = await deps.accounts.find(accountIds(events));
    const flows = new Map<string, PublishedFlow[]>();
    for (const { workspaceId } of accounts.values()) {
      if (!flows.has(workspaceId)) flows.set(workspaceId, await deps.flows.ofWorkspace(workspaceId));
    }
    const followers = await followersFor(deps, events, accounts, [...flows.values()].flat());
    const flowsOf = ({ workspaceId }: KnownAccount) => flows.get(workspaceId) ?? [];
    const routed = routeEvents(events, 'app', accounts, flowsOf, followers);
    const started = await deps.ingest.store(routed);
    answerReceived(response);
    deps.onStored(started);
  };
}

/** Written by hand: Express would spend more on this answer than on finding out what to do with the request. */
function answerReceived(response: Response): void {
  const headers = { 'Content-Type': 'text/plain; charset=utf-8', 'Content-Length': RECEIVED.length };
  response.writeHead(200, headers).end(RECEIVED);
}

/** Asked for only where a trigger wants to know. */
async function followersFor(
  deps: WebhookDeps,
  events: IncomingEvent[],
  accounts: ReadonlyMap<string, KnownAccount>,
  flows: PublishedFlow[],
): Promise<Followers> {
  const isAsked = flows.some(({ triggers }) =>
    triggers.some(({ filter }) => filter !== null && filter.followers !== 'anyone'),
  );
  if (!isAsked) return nobodyKnown;
  const people = events.flatMap(({ event, accountExternalId }) => {
    const account = accounts.get(accountExternalId ?? '');
    return account && event?.from ? [{ account, personId: event.from.id }] : [];
  });
  return people.length === 0 ? nobodyKnown : deps.followersAmong(people);
}

async function publishedFlow(deps: WebhookDeps, request: Request): Promise<PublishedFlow> {
  const flow = await deps.flows.get(String(request.params.flowId));
  if (flow) return flow;
  throw new HttpProblem(404, 'unknown-flow', 'Not found', 'There is no published flow at this URL.');
}

async function receiveEvents({ secrets }: WebhookDeps, request: Request) {
  const body = await readBody(request);
  if (!isSignedBy(body, request.get('X-Hub-Signature-256'), secrets.webhookSecrets)) {
    throw new HttpProblem(401, 'wrong-signature', 'Unauthorized', 'X-Hub-Signature-256 is missing or wrong.');
  }
  const events = parseEvents(readJson(body), new Date());
  if (events) return events;
  throw new HttpProblem(400, 'not-a-delivery', 'Bad request', 'The body is not a webhook delivery.');
}

function readJson(body: Buffer): unknown {
  try {
    return parseJson(body.toString('utf8'));
  } catch {
    throw new HttpProblem(400, 'not-json', 'Bad request', 'The body is not JSON.');
  }
}

const accountIds = (events: { accountExternalId: string | null }[]): string[] =>
  events.map(({ accountExternalId }) => accountExternalId).filter((id) => id !== null);

const httpTriggerSchema = z.object({ token: z.string().min(1) });
const idempotencyKeySchema = z.string().min(1).max(200).optional();

/** `trigger.webhook`: any program starts the flow with a token; the body becomes `trigger.data`. */
function receiveHttpCall(deps: WebhookDeps) {
  return async (request: Request, response: Response): Promise<void> => {
    const flow = await publishedFlow(deps, request);
    const doors = flow.triggers.flatMap((trigger) => {
      const config = httpTriggerSchema.safeParse(trigger.config);
      return trigger.type === 'trigger.webhook' && config.success
        ? [{ trigger, token: config.data.token }]
        : [];
    });
    if (doors.length === 0) {
      throw new HttpProblem(404, 'unknown-flow', 'Not found', 'This flow is not started by HTTP calls.');
    }
    const body = await readBody(request);
    const given = /^Bearer (.+)$/i.exec(request.get('Authorization') ?? '')?.[1] ?? '';
    const door = doors.find(({ token }) => isSameSecret(given, token));
    if (!door) throw new HttpProblem(401, 'wrong-token', 'Unauthorized', 'The token is missing or wrong.');
    const key = idempotencyKeySchema.safeParse(request.get('Idempotency-Key'));
    if (!key.success) {
      throw new HttpProblem(
        400,
        'bad-key',
        'Bad request',
        'Idempotency-Key may have 200 characters at most.',
      );
    }
    const event: TriggerEvent = {
      kind: 'webhook',
      at: new Date().toISOString(),
      data: body.length === 0 ? null : readJson(body),
    };
    const executionId = await storeHttpCall(deps, flow, door.trigger.nodeId, event, key.data);
    response.status(202).json({ executionId });
  };
}

/** Stores the call; called again with the same key, answers the execution that the first call started. */
async function storeHttpCall(
  deps: WebhookDeps,
  flow: PublishedFlow,
  triggerNodeId: string,
  event: TriggerEvent,
  idempotencyKey: string | undefined,
): Promise<string> {
  const dedupeKey = `http:${idempotencyKey ?? newId()}`;
  const execution: ExecutionToStore = {
    id: newId(),
    workspaceId: flow.workspaceId,
    flowId: flow.id,
    flowVersion: flow.version,
    triggerNodeId,
    event,
    dedupeKey,
    contactKey: contactKeyOf(event),
  };
  const started = await deps.ingest.store([
    {
      id: newId(),
      workspaceId: flow.workspaceId,
      scope: flow.id,
      dedupeKey,
      accountExternalId: null,
      kind: 'webhook',
      payload: event.data ?? null,
      reason: null,
      executions: [execution],
      account: null,
      event: null,
    },
  ]);
  deps.onStored(started);
  if (started.length > 0) return execution.id;
  return (await deps.ingest.findByKey(flow, dedupeKey)) ?? execution.id;
}
