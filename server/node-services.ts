import type pg from 'pg';
import type { TriggerEvent } from '../engine/event.ts';
import type { StepRecord } from '../engine/journal.ts';
import type {
  FlowsService,
  HttpService,
  InstagramService,
  KnowledgeService,
  NodeServices,
} from '../engine/services.ts';
import type { AiServices } from './ai/ai-service.ts';
import { createContactsService } from './contacts/contacts-service.ts';
import type { Caller } from './flow-calls/flow-calls.ts';
import { AccountDirectory } from './instagram/account-directory.ts';
import { createGraphDispatcher, GraphClient } from './instagram/graph-client.ts';
import { createInstagramService } from './instagram/instagram-service.ts';
import type { RateLimits } from './instagram/rate-limits.ts';
import type { SendGuardsDeps } from './instagram/send-guards.ts';
import { createSendGuards } from './instagram/send-guards.ts';
import { SendLimits } from './instagram/send-limits.ts';
import { createPeopleService } from './people/people-service.ts';

type Deps = {
  pool: pg.Pool;
  encryptionKey: string;
  /** Base of the Graph API for accounts that name none of their own. */
  graphUrl: string;
  /** Address under which this process reaches its own installation (the sandbox). */
  ownUrl: () => string;
  /** What each account may send. */
  rateLimits: RateLimits;
  /** Told when what was sent could not be kept, and when an account needs a new login. */
  onUnkept?: SendGuardsDeps['onUnkept'];
  onAccountNeedsLogin?: SendGuardsDeps['onAccountNeedsLogin'];
  ai: AiServices;
  http: HttpService;
  knowledgeOf: (workspaceId: string) => KnowledgeService;
  flowsOf: (caller: Caller) => FlowsService;
};

/** What node code may ask of the world, for one execution: everything stays inside its workspace. */
export type ServicesFor = (execution: {
  workspaceId: string;
  flowId: string;
  executionId: string;
  event: TriggerEvent;
  /** The journal that it goes on from, with the turns to send that it was given (server/instagram/reservations.ts). */
  steps?: readonly StepRecord[];
  /** False once another process may have taken the execution over: nothing may be sent any more. */
  isHeld?: () => boolean;
}) => NodeServices;

export type ProcessServices = {
  servicesFor: ServicesFor;
  /** The Instagram by which a person of the workspace writes. */
  instagramOf: (workspaceId: string) => InstagramService;
  close(): Promise<void>;
};

/** Builds the services of a process; `close` lets go of their connections. */
export function createNodeServices(deps: Deps): ProcessServices {
  const { pool, ai, http } = deps;
  const dispatcher = createGraphDispatcher();
  const client = new GraphClient(dispatcher);
  const accounts = new AccountDirectory(pool, deps.encryptionKey, { graph: deps.graphUrl, own: deps.ownUrl });
  const limits = new SendLimits({ pool, limits: deps.rateLimits });
  const { onUnkept, onAccountNeedsLogin } = deps;
  const guards = createSendGuards({
    pool,
    ...(onUnkept && { onUnkept }),
    ...(onAccountNeedsLogin && { onAccountNeedsLogin }),
  });
  return {
    instagramOf: (workspaceId) =>
      createInstagramService(
        { accounts, client, limits, guards },
        { workspaceId, event: { kind: 'manual', at: new Date().toISOString() } },
      ),
    servicesFor: ({ workspaceId, flowId, executionId, event, steps, isHeld }) => ({
      instagram: createInstagramService(
        { accounts, client, limits, guards },
        { workspaceId, executionId, event, ...(steps && { steps }), ...(isHeld && { isHeld }) },
      ),
      ai: ai.of({ workspaceId, executionId }),
      knowledge: deps.knowledgeOf(workspaceId),
      people: createPeopleService(pool, workspaceId),
      contacts: createContactsService(pool, { workspaceId, event }),
      http,
      flows: deps.flowsOf({ workspaceId, flowId, executionId, event }),
    }),
    close: () => dispatcher.destroy(),
  };
}
