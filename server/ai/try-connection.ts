import type { BaseChatModel } from '@langchain/core/language_models/chat_models';
import { NodeError } from '../../engine/errors.ts';
import type { AiTest } from '../contract/ai.ts';
import type { AiChoices } from './ai-settings.ts';
import type { Connections } from './connections.ts';
import type { RequestLog } from './model-calls/request-log.ts';
import { costOf } from './prices.ts';
import { toNodeError } from './provider-errors.ts';
import type { Candidate } from './router.ts';
import { routeCall } from './router.ts';

const WITHIN_MS = 20_000;
/** The least that all providers take. */
const MOST_TOKENS = 16;

const ABOUT: Record<string, NonNullable<AiTest['problem']>['about']> = {
  model_key_missing: 'key',
  model_key_refused: 'key',
  model_key_unreadable: 'key',
  model_not_found: 'model',
  unknown_model: 'model',
  model_quota: 'quota',
  model_rate_limit: 'quota',
  model_unreachable: 'network',
  model_timeout: 'network',
  address_refused: 'network',
  unknown_host: 'network',
  model_unavailable: 'provider',
};

/** Makes a tiny call, outside of the budget but counted, and says what is wrong in words for people. */
export async function tryConnection(
  deps: { clientFor: (candidate: Candidate) => Promise<BaseChatModel>; requests: RequestLog },
  request: { workspaceId: string; model: string; choices: AiChoices; connections: Connections },
): Promise<AiTest> {
  const { workspaceId, model, choices, connections } = request;
  const startedAt = performance.now();
  const latency = () => Math.round(performance.now() - startedAt);
  let candidate: Candidate | null = null;
  try {
    const route = routeCall({ task: 'classify', model, maxTokens: MOST_TOKENS }, choices, connections);
    if (route === 'builtin') throw new NodeError('unknown_model', 'The built-in provider needs no test.');
    [candidate] = route;
    const tokens = await sayOk(deps, candidate);
    const costUsd = costOf(candidate.price, { input: tokens.in, output: tokens.out });
    count({ tokensIn: tokens.in, tokensOut: tokens.out, costUsd });
    return { isGood: true, model: candidate.name, latencyMs: latency(), problem: null };
  } catch (error) {
    const failure = toNodeError(error, candidate?.name ?? model);
    if (candidate) count({ errorCode: failure.code });
    return {
      isGood: false,
      model: candidate?.name ?? model,
      latencyMs: latency(),
      problem: { about: ABOUT[failure.code] ?? 'other', code: failure.code, message: failure.message },
    };
  }

  function count(rest: { tokensIn?: number; tokensOut?: number; costUsd?: number; errorCode?: string }) {
    const caller = { workspaceId, executionId: null, nodeId: null };
    deps.requests.add({
      ...caller,
      task: 'test',
      model: candidate?.name ?? model,
      latencyMs: latency(),
      ...rest,
    });
  }
}

async function sayOk(
  { clientFor }: { clientFor: (candidate: Candidate) => Promise<BaseChatModel> },
  candidate: Candidate,
): Promise<{ in: number; out: number }> {
  const limit = AbortSignal.timeout(WITHIN_MS);
  const timedOut = Promise.withResolvers<never>();
  limit.addEventListener('abort', () =>
    timedOut.reject(
      new NodeError('model_timeout', `${candidate.name} did not answer within ${WITHIN_MS / 1_000} s.`),
    ),
  );
  const client = await clientFor(candidate);
  const message = await Promise.race([client.invoke('Say OK.', { signal: limit }), timedOut.promise]);
  return { in: message.usage_metadata?.input_tokens ?? 0, out: message.usage_metadata?.output_tokens ?? 0 };
}
