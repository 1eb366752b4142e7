import type pg from 'pg';
import { NodeError } from '../../../engine/errors.ts';
import type { StepUsage } from '../../../engine/node-type.ts';
import { CircuitBreaker } from '../../circuit-breaker.ts';
import type { Live } from '../../context.ts';
import type { AiBudget } from '../../contract/ai.ts';
import type { AddressRules } from '../../http-client/checked-lookup.ts';
import type { Logger } from '../../log.ts';
import { notify } from '../../notifications/notify.ts';
import { recentAiChoices } from '../ai-settings.ts';
import { spendingToday } from '../budgets.ts';
import { createCheckedFetch } from '../checked-fetch.ts';
import { recentConnectionsOf } from '../connections.ts';
import type { ModelCall, ModelCalls } from '../model-calls.ts';
import { costOf, mostTokens } from '../prices.ts';
import type { AiEnvironment } from '../providers.ts';
import type { Candidate } from '../router.ts';
import { routeCall } from '../router.ts';
import type { Asked, Work } from './ask.ts';
import { ask } from './ask.ts';
import { exhausted, warning } from './budget-notices.ts';
import { createChatClients } from './chat-clients.ts';
import { holdBack, usedUp } from './hold-back.ts';
import type { RequestLog } from './request-log.ts';
import { createRequestLog } from './request-log.ts';

export type ModelCallsDeps = {
  pool: pg.Pool;
  /** Keys and addresses of the environment; a `Config` fits. */
  config: AiEnvironment;
  encryptionKey: string;
  log: Logger;
  /** Open pages are told of budgets that run out. */
  live: Live;
  /** Tests: lets local addresses through that people of a workspace gave. */
  addressRules?: AddressRules;
  /** Tests: longest call, instead of the task's. */
  timeoutMs?: number;
};

export type ModelCallsService = ModelCalls & {
  /** For answers that came from elsewhere: the cache, the built-in provider. */
  requests: RequestLog;
  /** Writes down what is left to write, and lets go of connections. */
  close(): Promise<void>;
};

type Routed = { candidates: [Candidate, ...Candidate[]]; budget: AiBudget };
type Routable = Pick<ModelCall, 'caller' | 'task' | 'model' | 'fallback' | 'maxTokens'>;

/** Another model may do better: this one is down, slow, paused, unknown, or its key is no good. */
const FALLS_BACK = new Set([
  'model_rate_limit',
  'model_quota',
  'model_unavailable',
  'model_unreachable',
  'model_timeout',
  'model_paused',
  'model_key_refused',
  'model_key_unreadable',
  'model_not_found',
]);

/** Calls of models for all workspaces; one instance serves the process. */
export function createModelCalls(deps: ModelCallsDeps): ModelCallsService {
  const { pool, log } = deps;
  const checked = createCheckedFetch(deps.addressRules);
  const requests = createRequestLog({ pool, log, onWarning: (budget) => notify(deps, warning(budget)) });
  const asking = {
    clientFor: createChatClients(checked.fetch),
    breaker: new CircuitBreaker(),
    requests,
    timeoutMs: deps.timeoutMs,
  };

  async function route(call: Routable): Promise<Routed | 'builtin'> {
    const { workspaceId } = call.caller;
    const [choices, connections] = await Promise.all([
      recentAiChoices.of(pool, workspaceId),
      recentConnectionsOf(deps, workspaceId),
    ]);
    const routed = routeCall(call, choices, connections);
    if (routed === 'builtin') return 'builtin';
    return { candidates: routed, budget: choices.budget };
  }

  const onUsedUp = (workspaceId: string, budget: AiBudget) => async (day: string) => {
    await notify(deps, exhausted(workspaceId, day, budget)).catch((error: unknown) =>
      log.warn({ err: error, workspaceId }, 'People could not be told of a budget'),
    );
  };

  /** Asks the candidates in turn. */
  async function perform(
    { candidates, budget }: Routed,
    work: Work,
  ): Promise<Asked & { candidate: Candidate }> {
    const failures: unknown[] = [];
    for (const candidate of candidates) {
      try {
        const usd = mostUsd(candidate, work.bytes);
        const { workspaceId } = work.caller;
        const reservation =
          usd === 0
            ? undefined
            : await holdBack(
                { pool, onUsedUp: onUsedUp(workspaceId, budget) },
                { workspaceId, usd, budget, signal: work.signal },
              );
        const asked = await ask(asking, candidate, work, { reservation, dailyUsd: budget.dailyUsd });
        return { ...asked, candidate };
      } catch (error) {
        failures.push(error);
        const mayFallBack = error instanceof NodeError && FALLS_BACK.has(error.code);
        if (!mayFallBack || work.signal.aborted || work.hasShown()) break;
        log.warn({ model: candidate.name, code: error.code }, 'a model failed');
      }
    }
    // Cancelled comes last; else the first that is worth another attempt says most.
    if (work.signal.aborted) throw work.signal.reason;
    throw failures.find((error) => error instanceof NodeError && error.retryable) ?? failures[0];
  }

  async function routeToModel(call: Routable): Promise<Routed> {
    const routed = await route(call);
    if (routed !== 'builtin') return routed;
    throw new NodeError(
      'model_key_missing',
      'There is no key of any provider: only the built-in provider can answer.',
    );
  }

  return {
    requests,

    async plan(call) {
      const routed = await route(call);
      if (routed === 'builtin') return 'builtin';
      const { candidates, budget } = routed;
      const leastUsd = mostUsd(candidates[0], 0);
      if (leastUsd === 0) return 'model';
      const { workspaceId } = call.caller;
      const { day, spentUsd } = await spendingToday(pool, workspaceId);
      // The last cents that no call fits into are as good as none.
      if (spentUsd + leastUsd <= budget.dailyUsd) return 'model';
      await onUsedUp(workspaceId, budget)(day);
      if (budget.whenUsedUp === 'builtin') return 'builtin';
      throw usedUp(budget, spentUsd, leastUsd);
    },

    async complete(call) {
      const routed = await routeToModel(call);
      const { askForJson, askForText, messagesOf } = await import('./forms.ts');
      const { schema, onToken } = call;
      const messages = messagesOf(call.prompt);
      let hasShown = false;
      const show =
        onToken &&
        ((text: string) => {
          hasShown = true;
          onToken(text);
        });
      const asked = await perform(routed, {
        caller: call.caller,
        task: call.task,
        bytes: bytesOf(call.prompt) + (schema ? bytesOf(schema) : 0),
        signal: call.signal,
        invoke: (client, signal) =>
          schema ? askForJson(client, messages, signal, schema) : askForText(client, messages, signal, show),
        hasShown: () => hasShown,
      });
      return {
        text: asked.message.text,
        ...(asked.json !== undefined && { json: asked.json }),
        usage: usageOf(asked.candidate.name, asked),
      };
    },

    async chatModel(call) {
      const routed = await routeToModel(call);
      const { RoutedChatModel } = await import('./routed-chat-model.ts');
      let spent = usageOf(routed.candidates[0].name, { inputTokens: 0, outputTokens: 0, costUsd: 0 });
      const model = new RoutedChatModel(async (messages, bound, signal) => {
        const either = signal ? AbortSignal.any([signal, call.signal]) : call.signal;
        const asked = await perform(routed, {
          caller: call.caller,
          task: call.task,
          bytes: bytesOf(messages) + (bound ? bytesOf(bound.tools) : 0),
          signal: either,
          invoke: async (client, limit) => {
            const bindable = bound ? client.bindTools?.(bound.tools, bound.options) : client;
            if (!bindable) throw new NodeError('model_refused', 'This model has no tools.');
            return { message: await bindable.invoke(messages, { signal: limit }) };
          },
          hasShown: () => false,
        });
        spent = added(spent, usageOf(asked.candidate.name, asked));
        return asked.message;
      });
      return { model, spent: () => spent };
    },

    async close() {
      await requests.idle();
      await checked.close();
    },
  };
}

/** What one call may cost at most, its thoughts included. */
function mostUsd({ price, maxTokens, thinkingTokens }: Candidate, bytes: number): number {
  return costOf(price, { input: mostTokens(bytes), output: maxTokens + thinkingTokens });
}

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

const usageOf = (
  model: string,
  { inputTokens, outputTokens, costUsd }: Omit<Asked, 'message'>,
): Required<StepUsage> => ({
  model,
  inputTokens,
  outputTokens,
  costUsd,
});

/** The name is that of the last one that answered. */
const added = (sum: Required<StepUsage>, next: Required<StepUsage>): Required<StepUsage> => ({
  model: next.model,
  inputTokens: sum.inputTokens + next.inputTokens,
  outputTokens: sum.outputTokens + next.outputTokens,
  costUsd: sum.costUsd + next.costUsd,
});
