import { createHash } from 'node:crypto';
import type { Queryable } from '../flows/flow-store.ts';
import type { Logger } from '../log.ts';
import type { RequestLog } from './model-calls/request-log.ts';
import type { AiCaller, AiTask } from './model-calls.ts';

const TTL_SECONDS = 3_600;
const LONGEST_TTL_SECONDS = 30 * 86_400;
/** Longer answers are given again each time: the table is for short texts. */
const MOST_ANSWER_BYTES = 64 * 1024;

/** All that an answer depends on. */
export type AnswerParts = {
  question: string;
  instructions: string;
  /** `provider:model`, or what was asked for. */
  model: string;
  /** Changes whenever the knowledge that it rests on does; empty without any. */
  knowledgeVersion: string;
};

/** Answers that were given to the same question before; shared by all processes. It never fails: without it, one asks anew. */
export type AnswerCache = {
  /** @returns what was put, or undefined. A hit stands in the log of requests, for the hit rate. */
  get(of: { caller: AiCaller; task: AiTask; model: string; key: string }): Promise<unknown>;
  /** @param ttlSeconds default one hour */
  put(of: { workspaceId: string; key: string }, answer: unknown, ttlSeconds?: number): Promise<void>;
};

/** SHA-256 over the parts, the question normalised: "How much?" and "how  much" are the same. */
export function answerKey(parts: AnswerParts): string {
  const all = [normalise(parts.question), parts.instructions, parts.model, parts.knowledgeVersion];
  return createHash('sha256').update(JSON.stringify(all)).digest('hex');
}

export function createAnswerCache(deps: { pool: Queryable; log: Logger; requests: RequestLog }): AnswerCache {
  const { pool, log, requests } = deps;
  return {
    async get({ caller, task, model, key }) {
      const startedAt = performance.now();
      const found = await pool
        .query<{ answer: unknown }>({
          name: 'ai-answer',
          text: `update ai_answers set hits = hits + 1
                 where workspace_id = $1 and key = $2 and expires_at > now() returning answer`,
          values: [caller.workspaceId, key],
        })
        .catch((error: unknown) => {
          log.warn({ err: error }, 'The cache of answers could not be read');
          return { rows: [] };
        });
      const row = found.rows[0];
      if (!row) return undefined;
      const latencyMs = performance.now() - startedAt;
      requests.add({ ...caller, task, model, latencyMs, isCacheHit: true });
      return row.answer;
    },

    async put({ workspaceId, key }, answer, ttlSeconds = TTL_SECONDS) {
      const text = JSON.stringify(answer);
      if (text === undefined || Buffer.byteLength(text) > MOST_ANSWER_BYTES || ttlSeconds <= 0) return;
      await pool
        .query(
          `insert into ai_answers (workspace_id, key, answer, expires_at)
           values ($1, $2, $3, now() + make_interval(secs => $4))
           on conflict (workspace_id, key) do update set answer = excluded.answer, hits = 0, created_at = now(),
             expires_at = excluded.expires_at`,
          [workspaceId, key, text, Math.min(ttlSeconds, LONGEST_TTL_SECONDS)],
        )
        .catch((error: unknown) => log.warn({ err: error }, 'An answer could not be put into the cache'));
    },
  };
}

/** Case, spaces, width of signs and marks at the end make no other question. */
function normalise(question: string): string {
  return question
    .normalize('NFKC')
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[\s.!?…。！？]+$/u, '');
}
