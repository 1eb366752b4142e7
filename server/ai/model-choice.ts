import { NodeError } from '../../engine/errors.ts';
import type { Config } from '../config.ts';

export type ModelChoice =
  | { provider: 'builtin'; name: 'builtin' }
  | {
      provider: 'openai' | 'anthropic';
      model: string;
      name: string;
      apiKey: string;
      baseUrl: string | undefined;
    };

export type ModelConfig = Pick<
  Config,
  'OPENAI_API_KEY' | 'OPENAI_BASE_URL' | 'ANTHROPIC_API_KEY' | 'ANTHROPIC_BASE_URL'
>;

/** Answers when nothing else is asked for: quick and cheap, good enough to sort and to answer in two sentences. */
export const DEFAULT_OPENAI_MODEL = 'gpt-5-mini';
export const DEFAULT_ANTHROPIC_MODEL = 'claude-haiku-4-5';

/**
 * Which model answers. `requested` is `provider:model`, a provider alone for its usual model, `builtin`, or empty for the
 * first provider that has a key.
 * @throws NodeError naming the variable when the key of the requested provider is missing
 */
export function chooseModel(requested: string | undefined, config: ModelConfig): ModelChoice {
  const wanted = requested?.trim() ?? '';
  if (wanted === 'builtin') return { provider: 'builtin', name: 'builtin' };
  if (wanted === '') {
    if (config.OPENAI_API_KEY) return openai(DEFAULT_OPENAI_MODEL, config);
    if (config.ANTHROPIC_API_KEY) return anthropic(DEFAULT_ANTHROPIC_MODEL, config);
    return { provider: 'builtin', name: 'builtin' };
  }
  const colon = wanted.indexOf(':');
  const provider = colon < 0 ? wanted : wanted.slice(0, colon);
  const model = colon < 0 ? '' : wanted.slice(colon + 1).trim();
  if (provider === 'openai') return openai(model || DEFAULT_OPENAI_MODEL, config);
  if (provider === 'anthropic') return anthropic(model || DEFAULT_ANTHROPIC_MODEL, config);
  throw new NodeError(
    'unknown_model',
    `There is no model "${wanted.slice(0, 100)}". Use builtin, openai:<model> or anthropic:<model>.`,
  );
}

function openai(model: string, config: ModelConfig): ModelChoice {
  const apiKey = config.OPENAI_API_KEY;
  if (!apiKey) throw missingKey(`openai:${model}`, 'OPENAI_API_KEY');
  return { provider: 'openai', model, name: `openai:${model}`, apiKey, baseUrl: config.OPENAI_BASE_URL };
}

function anthropic(model: string, config: ModelConfig): ModelChoice {
  const apiKey = config.ANTHROPIC_API_KEY;
  if (!apiKey) throw missingKey(`anthropic:${model}`, 'ANTHROPIC_API_KEY');
  return {
    provider: 'anthropic',
    model,
    name: `anthropic:${model}`,
    apiKey,
    baseUrl: config.ANTHROPIC_BASE_URL,
  };
}

const missingKey = (name: string, variable: string) =>
  new NodeError(
    'model_key_missing',
    `The step asks for ${name.slice(0, 100)}, but ${variable} is not set. Set it and restart, or choose the built-in model.`,
  );
