import { NodeError } from '../../engine/errors.ts';
import type { AiProviderName, TaskRoute } from '../contract/ai.ts';
import type { AiChoices } from './ai-settings.ts';
import type { Connection, Connections } from './connections.ts';
import type { AiTask } from './model-calls.ts';
import type { Price } from './prices.ts';
import { priceOf } from './prices.ts';
import {
  isProviderName,
  isThinkingModel,
  PROVIDER_NAMES,
  PROVIDERS,
  TASKS,
  THINKING_TOKENS,
} from './providers.ts';

/** A model that is to be asked, with all that limits the call. */
export type Candidate = {
  /** `provider:model`. */
  name: string;
  /** Without the provider. */
  model: string;
  connection: Connection;
  maxTokens: number;
  /** On top of `maxTokens`. */
  thinkingTokens: number;
  timeoutMs: number;
  price: Price;
};

export type RouteRequest = {
  task: AiTask;
  model?: string | undefined;
  fallback?: string | undefined;
  maxTokens?: number | undefined;
};

/** What a workspace gives a task, defaults included. */
export function taskRouteOf({ router }: AiChoices, task: AiTask): TaskRoute {
  return router.tasks[task] ?? { model: null, maxTokens: TASKS[task].maxTokens, fallback: null };
}

/**
 * Who is asked, in order: the step's own model, else the task's, else the usual one of the first provider with a key (the
 * workspace's keys before the environment's); then the fallback, where its provider has a key.
 * @throws NodeError `model_key_missing`, `unknown_model`
 */
export function routeCall(
  request: RouteRequest,
  choices: AiChoices,
  connections: Connections,
): 'builtin' | [Candidate, ...Candidate[]] {
  const { task } = request;
  const route = taskRouteOf(choices, task);
  const wanted = request.model?.trim() || route.model || usualProvider(choices, connections);
  if (wanted === 'builtin') return 'builtin';
  const candidate = (name: string): Candidate => {
    const { provider, model } = modelOf(name, task);
    const full = `${provider}:${model}`;
    return {
      name: full,
      model,
      connection: connections.get(provider) ?? missingKey(provider, full),
      maxTokens: request.maxTokens ?? route.maxTokens,
      thinkingTokens: isThinkingModel(model) ? THINKING_TOKENS : 0,
      timeoutMs: TASKS[task].timeoutMs,
      price: priceOf(full, choices.prices),
    };
  };
  const first = candidate(wanted);
  const fallback = request.fallback?.trim() || route.fallback;
  if (!fallback || fallback === 'builtin') return [first];
  const second = modelOf(fallback, task);
  if (!connections.has(second.provider)) return [first];
  const spare = candidate(fallback);
  return spare.name === first.name ? [first] : [first, spare];
}

/** The provider whose turn it is where nothing is named. */
export function usualProvider({ router }: AiChoices, connections: Connections): AiProviderName | 'builtin' {
  if (router.provider) return router.provider;
  const usable = PROVIDER_NAMES.filter((name) => connections.has(name) && PROVIDERS[name].light !== null);
  const own = usable.find((name) => connections.get(name)?.source === 'workspace');
  return own ?? usable[0] ?? 'builtin';
}

/** `openai:gpt-5`, or `openai` for its usual model of the task. @throws NodeError `unknown_model` */
function modelOf(name: string, task: AiTask): { provider: AiProviderName; model: string } {
  const colon = name.indexOf(':');
  const provider = colon < 0 ? name : name.slice(0, colon);
  if (!isProviderName(provider)) {
    throw new NodeError(
      'unknown_model',
      `There is no model "${name.slice(0, 100)}". Use builtin or provider:model, where the provider is ${PROVIDER_NAMES.join(', ')}.`,
    );
  }
  const model = (colon < 0 ? '' : name.slice(colon + 1).trim()) || PROVIDERS[provider][TASKS[task].weight];
  if (!model) {
    throw new NodeError(
      'unknown_model',
      `${PROVIDERS[provider].label} has no usual model. Name one: ${provider}:<model>.`,
    );
  }
  return { provider, model };
}

function missingKey(provider: AiProviderName, name: string): never {
  const { label, needsKey, keyVariable, baseUrlVariable } = PROVIDERS[provider];
  const [what, variable] = needsKey ? ['key', keyVariable] : ['address', baseUrlVariable];
  throw new NodeError(
    'model_key_missing',
    `${name.slice(0, 100)} is asked for, but there is no ${what} of ${label}. Enter it under Settings, or set ${variable} and restart, or choose the built-in model.`,
  );
}
