import { setTimeout as sleep } from 'node:timers/promises';
import type { BaseChatModel } from '@langchain/core/language_models/chat_models';
import { NodeError } from '../../../engine/errors.ts';
import type { CircuitBreaker } from '../../circuit-breaker.ts';
import { untilAborted } from '../../until-aborted.ts';
import type { Reservation } from '../budgets.ts';
import type { AiCaller } from '../model-calls.ts';
import { costOf, likelyTokens } from '../prices.ts';
import { toNodeError } from '../provider-errors.ts';
import type { Candidate } from '../router.ts';
import type { Reply } from './forms.ts';
import type { RequestEntry, RequestLog } from './request-log.ts';

/** Few and short: the engine retries whole steps besides, with longer waits. */
const MOST_ATTEMPTS = 3;
const FIRST_WAIT_MS = 250;
/** A provider that asks for more is left to the fallback, or to the engine. */
const LONGEST_WAIT_MS = 2_000;

/** What opens the circuit of a model: it fails or can't be reached. A refusal is an answer. */
const OUTAGES = new Set(['model_unavailable', 'model_unreachable', 'model_timeout']);
/** Where the provider may have worked, and be paid, without our seeing the end. */
const PERHAPS_PAID = new Set(['model_timeout', 'cancelled']);

/** One thing to ask, of whichever model. */
export type Work = {
  caller: AiCaller;
  task: string;
  /** Of prompt, form and tools, in UTF-8. */
  bytes: number;
  signal: AbortSignal;
  invoke: (client: BaseChatModel, signal: AbortSignal) => Promise<Reply>;
  /** Something was shown already: asking again would show it twice. */
  hasShown: () => boolean;
};

export type Asked = Reply & { inputTokens: number; outputTokens: number; costUsd: number };

type Deps = {
  clientFor: (candidate: Candidate) => Promise<BaseChatModel>;
  breaker: CircuitBreaker;
  requests: RequestLog;
  /** Tests: instead of the task's. */
  timeoutMs?: number | undefined;
};

/**
 * Asks one model, again where that makes sense, and writes every attempt down; the last one ends the reservation.
 * @throws NodeError, or the reason of the caller's signal
 */
export async function ask(
  deps: Deps,
  candidate: Candidate,
  work: Work,
  hold: { reservation: Reservation | undefined; dailyUsd: number },
): Promise<Asked> {
  const entries: RequestEntry[] = [];
  const entry = (startedAt: number, rest: Partial<RequestEntry>) => {
    const latencyMs = performance.now() - startedAt;
    entries.push({ ...work.caller, task: work.task, model: candidate.name, latencyMs, ...rest });
  };
  try {
    for (let attempt = 1; ; attempt++) {
      const startedAt = performance.now();
      try {
        const asked = withCost(await askOnce(deps, candidate, work), candidate, work);
        entry(startedAt, {
          tokensIn: asked.inputTokens,
          tokensOut: asked.outputTokens,
          costUsd: asked.costUsd,
        });
        return asked;
      } catch (error) {
        const errorCode = !work.signal.aborted && error instanceof NodeError ? error.code : 'cancelled';
        const tokensIn = PERHAPS_PAID.has(errorCode) ? likelyTokens(work.bytes) : 0;
        const costUsd = costOf(candidate.price, { input: tokensIn, output: 0 });
        entry(startedAt, { errorCode, tokensIn, costUsd });
        const waitMs = work.hasShown() ? null : waitBefore(error, attempt);
        if (waitMs === null) throw error;
        await sleep(waitMs, undefined, { signal: work.signal }).catch(() => work.signal.throwIfAborted());
      }
    }
  } finally {
    for (const [index, each] of entries.entries()) {
      const isLast = index === entries.length - 1;
      deps.requests.add({
        ...each,
        dailyUsd: hold.dailyUsd,
        ...(isLast && { reservation: hold.reservation }),
      });
    }
  }
}

async function askOnce(deps: Deps, candidate: Candidate, work: Work): Promise<Reply> {
  const { name } = candidate;
  const circuit = `${work.caller.workspaceId} ${name}`;
  work.signal.throwIfAborted();
  const passage = deps.breaker.enter(circuit);
  if (!passage.mayCall) throw paused(name, passage.waitMs);
  const timeoutMs = deps.timeoutMs ?? candidate.timeoutMs;
  const timeout = AbortSignal.timeout(timeoutMs);
  const either = AbortSignal.any([work.signal, timeout]);
  try {
    const client = await deps.clientFor(candidate);
    // Google's client has no way of being told to stop.
    const reply = await untilAborted(either, () => work.invoke(client, either));
    either.throwIfAborted();
    deps.breaker.record(circuit, passage.isProbe, 'answered');
    return reply;
  } catch (error) {
    if (work.signal.aborted) {
      deps.breaker.release(circuit, passage.isProbe);
      throw work.signal.reason;
    }
    const failure = timeout.aborted ? timedOut(name, timeoutMs) : toNodeError(error, name);
    deps.breaker.record(circuit, passage.isProbe, OUTAGES.has(failure.code) ? 'failed' : 'answered');
    throw failure;
  }
}

/** Null: not again. */
function waitBefore(error: unknown, attempt: number): number | null {
  if (!(error instanceof NodeError) || !error.retryable || attempt >= MOST_ATTEMPTS) return null;
  // A time limit has taken long enough, and an open circuit is not to be asked.
  if (error.code === 'model_timeout' || error.code === 'model_paused') return null;
  const waitMs = error.retryAfterMs ?? FIRST_WAIT_MS * 2 ** (attempt - 1) * (0.75 + Math.random() / 2);
  return waitMs > LONGEST_WAIT_MS ? null : waitMs;
}

function withCost(reply: Reply, { price }: Candidate, { bytes }: Work): Asked {
  // Some servers count nothing; LangChain then gives an empty count.
  const {
    input_tokens: input,
    output_tokens: output,
    total_tokens: total,
  } = reply.message.usage_metadata ?? {};
  const inputTokens = input ?? likelyTokens(bytes);
  const answerTokens = output ?? likelyTokens(Buffer.byteLength(reply.message.text));
  // Google's count of the answer leaves out the thoughts, which are paid for all the same.
  const outputTokens = total ? Math.max(answerTokens, total - inputTokens) : answerTokens;
  return {
    ...reply,
    inputTokens,
    outputTokens,
    costUsd: costOf(price, { input: inputTokens, output: outputTokens }),
  };
}

const timedOut = (name: string, timeoutMs: number) =>
  new NodeError('model_timeout', `${name} did not answer within ${timeoutMs / 1_000} s.`, {
    retryable: true,
  });

const paused = (name: string, waitMs: number) =>
  new NodeError(
    'model_paused',
    `${name} failed several times in a row and is not asked for ${Math.ceil(waitMs / 1_000)} s.`,
    { retryable: true, retryAfterMs: waitMs, outcome: 'not_performed' },
  );
