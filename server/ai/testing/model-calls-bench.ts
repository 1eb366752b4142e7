import { pino } from 'pino';
import type { LiveEvent } from '../../contract/live.ts';
import { newId } from '../../database/id.ts';
import { createTestDatabase } from '../../testing/database.ts';
import type { AiChoices } from '../ai-settings.ts';
import { writeAiChoices } from '../ai-settings.ts';
import type { ModelCallsDeps, ModelCallsService } from '../model-calls/create-model-calls.ts';
import { createModelCalls } from '../model-calls/create-model-calls.ts';
import type { ModelCall } from '../model-calls.ts';

export const ENCRYPTION_KEY = 'an encryption key of the tests';

/** A database with workspaces for tests of calls; call `close` in `afterAll`. */
export async function startModelCallsBench() {
  const database = await createTestDatabase();
  const { pool } = database;
  const published: Omit<LiveEvent, 'topic'>[] = [];
  const logged: string[] = [];
  const log = pino({ level: 'trace' }, { write: (line: string) => void logged.push(line) });
  const services: ModelCallsService[] = [];

  return {
    pool,
    log,
    published,
    /** Lines of the log of all services. */
    logged,
    /** The calls of one process. */
    service(config: ModelCallsDeps['config'], rest: Partial<ModelCallsDeps> = {}): ModelCallsService {
      const live = {
        publish: (_: string, events: Omit<LiveEvent, 'topic'>[]) => void published.push(...events),
      };
      const service = createModelCalls({ pool, config, encryptionKey: ENCRYPTION_KEY, log, live, ...rest });
      services.push(service);
      return service;
    },
    async workspace(choices: Partial<AiChoices> = {}): Promise<string> {
      const id = newId();
      await pool.query('insert into workspaces (id, name) values ($1, $2)', [id, 'A workspace']);
      await writeAiChoices(pool, id, choices);
      return id;
    },
    /** What was written down of a workspace, oldest first. */
    async requestsOf(workspaceId: string) {
      await Promise.all(services.map(({ requests }) => requests.idle()));
      const { rows } = await pool.query(
        `select task, model, tokens_in as "tokensIn", tokens_out as "tokensOut", cost_usd as "costUsd",
           cache_hit as "cacheHit", error_code as "errorCode", execution_id as "executionId", node_id as "nodeId"
         from ai_requests where workspace_id = $1 order by at, id`,
        [workspaceId],
      );
      return rows;
    },
    async close() {
      await Promise.all(services.map((service) => service.close()));
      await database.close();
    },
  };
}

/** A call with what a test does not care about filled in. */
export function callOf(workspaceId: string, rest: Partial<ModelCall> = {}): ModelCall {
  return {
    caller: { workspaceId, executionId: null, nodeId: 'ai' },
    task: 'short_reply',
    prompt: { system: 'Be brief.', user: 'Do you ship to Norway?' },
    signal: new AbortController().signal,
    ...rest,
  };
}
