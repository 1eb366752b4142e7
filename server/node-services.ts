import type pg from 'pg';
import type { TriggerEvent } from '../engine/event.ts';
import type { StepRecord } from '../engine/journal.ts';
import type { AiService, HttpService, NodeServices } from '../engine/services.ts';
import { AccountDirectory } from './instagram/account-directory.ts';
import { createGraphDispatcher, GraphClient } from './instagram/graph-client.ts';
import { createInstagramService } from './instagram/instagram-service.ts';
import type { RateLimits } from './instagram/rate-limits.ts';
import { SendLimits } from './instagram/send-limits.ts';
import { createKnowledgeService } from './knowledge/knowledge-service.ts';
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
  ai: AiService;
  http: HttpService;
};

/** What node code may ask of the world, for one execution: everything stays inside its workspace. */
export type ServicesFor = (execution: {
  workspaceId: string;
  executionId: string;
  event: TriggerEvent;
  /** The journal that it goes on from, with the turns to send that it was given (server/instagram/reservations.ts). */
  steps?: readonly StepRecord[];
  /** False once another process may have taken the execution over: nothing may be sent any more. */
  isHeld?: () => boolean;
}) => NodeServices;

/** Builds the services of a process; `close` lets go of their connections. */
export function createNodeServices(deps: Deps): { servicesFor: ServicesFor; close(): Promise<void> } {
  const { pool, ai, http } = deps;
  const dispatcher = createGraphDispatcher();
  const client = new GraphClient(dispatcher);
  const accounts = new AccountDirectory(pool, deps.encryptionKey, { graph: deps.graphUrl, own: deps.ownUrl });
  const limits = new SendLimits({ pool, limits: deps.rateLimits });
  return {
    servicesFor: ({ workspaceId, event, steps, isHeld }) => ({
      instagram: createInstagramService(
        { accounts, client, limits },
        { workspaceId, event, ...(steps && { steps }), ...(isHeld && { isHeld }) },
      ),
      ai,
      knowledge: createKnowledgeService({ pool }, workspaceId),
      people: createPeopleService(pool, workspaceId),
      http,
    }),
    close: () => dispatcher.destroy(),
  };
}
