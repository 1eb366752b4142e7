import type pg from 'pg';
import type { TriggerEvent } from '../engine/event.ts';
import type { AiService, HttpService, NodeServices } from '../engine/services.ts';
import { AccountDirectory } from './instagram/account-directory.ts';
import { createGraphDispatcher, GraphClient } from './instagram/graph-client.ts';
import { createInstagramService } from './instagram/instagram-service.ts';
import { createKnowledgeService } from './knowledge/knowledge-service.ts';
import { createPeopleService } from './people/people-service.ts';

type Deps = {
  pool: pg.Pool;
  encryptionKey: string;
  /** Base of the Graph API for accounts that name none of their own. */
  graphUrl: string;
  /** Address under which this process reaches its own installation (the sandbox). */
  ownUrl: () => string;
  ai: AiService;
  http: HttpService;
};

/** What node code may ask of the world, for one execution: everything stays inside its workspace. */
export type ServicesFor = (execution: {
  workspaceId: string;
  executionId: string;
  event: TriggerEvent;
}) => NodeServices;

/** Builds the services of a process; `close` lets go of their connections. */
export function createNodeServices(deps: Deps): { servicesFor: ServicesFor; close(): Promise<void> } {
  const { pool, ai, http } = deps;
  const dispatcher = createGraphDispatcher();
  const client = new GraphClient(dispatcher);
  const accounts = new AccountDirectory(pool, deps.encryptionKey, { graph: deps.graphUrl, own: deps.ownUrl });
  return {
    servicesFor: ({ workspaceId, event }) => ({
      instagram: createInstagramService({ accounts, client }, { workspaceId, event }),
      ai,
      knowledge: createKnowledgeService({ pool }, workspaceId),
      people: createPeopleService(pool, workspaceId),
      http,
    }),
    close: () => dispatcher.destroy(),
  };
}
