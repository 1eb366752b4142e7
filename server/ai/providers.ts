import type { Config } from '../config.ts';
import type { AiProviderName } from '../contract/ai.ts';
import type { AiTask } from './model-calls.ts';

/** Keys and addresses of the environment; a `Config` fits. */
export type AiEnvironment = Partial<
  Pick<
    Config,
    | 'OPENAI_API_KEY'
    | 'OPENAI_BASE_URL'
    | 'ANTHROPIC_API_KEY'
    | 'ANTHROPIC_BASE_URL'
    | 'GOOGLE_API_KEY'
    | 'GOOGLE_BASE_URL'
    | 'OPENROUTER_API_KEY'
    | 'OPENROUTER_BASE_URL'
    | 'OLLAMA_BASE_URL'
    | 'COMPATIBLE_BASE_URL'
    | 'COMPATIBLE_API_KEY'
  >
>;

/** Whose protocol a provider speaks. */
type Protocol = 'openai' | 'anthropic' | 'google';

export type ProviderFacts = {
  label: string;
  protocol: Protocol;
  /** Its usual address; null: every installation has its own. */
  baseUrl: string | null;
  keyVariable: keyof AiEnvironment | null;
  baseUrlVariable: keyof AiEnvironment;
  needsKey: boolean;
  /** Usual models: for short work, and for what is worth more. Null: people have to name one. */
  light: string | null;
  heavy: string | null;
  /** The owner of a workspace may give another address. Google's client can't be told which addresses it may reach. */
  allowsOwnUrl: boolean;
};

/** In the order in which they are asked when nothing is set. */
export const PROVIDERS: Record<AiProviderName, ProviderFacts> = {
  openai: {
    label: 'OpenAI',
    protocol: 'openai',
    baseUrl: 'https://api.openai.com/v1',
    keyVariable: 'OPENAI_API_KEY',
    baseUrlVariable: 'OPENAI_BASE_URL',
    needsKey: true,
    light: 'gpt-5-mini',
    heavy: 'gpt-5',
    allowsOwnUrl: true,
  },
  anthropic: {
    label: 'Anthropic',
    protocol: 'anthropic',
    baseUrl: 'https://api.anthropic.com',
    keyVariable: 'ANTHROPIC_API_KEY',
    baseUrlVariable: 'ANTHROPIC_BASE_URL',
    needsKey: true,
    light: 'claude-haiku-4-5',
    heavy: 'claude-sonnet-4-5',
    allowsOwnUrl: true,
  },
  google: {
    label: 'Google',
    protocol: 'google',
    baseUrl: 'https://generativelanguage.googleapis.com',
    keyVariable: 'GOOGLE_API_KEY',
    baseUrlVariable: 'GOOGLE_BASE_URL',
    needsKey: true,
    light: 'gemini-2.5-flash',
    heavy: 'gemini-2.5-pro',
    allowsOwnUrl: false,
  },
  openrouter: {
    label: 'OpenRouter',
    protocol: 'openai',
    baseUrl: 'https://openrouter.ai/api/v1',
    keyVariable: 'OPENROUTER_API_KEY',
    baseUrlVariable: 'OPENROUTER_BASE_URL',
    needsKey: true,
    light: 'openai/gpt-5-mini',
    heavy: 'openai/gpt-5',
    allowsOwnUrl: true,
  },
  ollama: {
    label: 'Ollama',
    protocol: 'openai',
    baseUrl: null,
    keyVariable: null,
    baseUrlVariable: 'OLLAMA_BASE_URL',
    needsKey: false,
    light: 'llama3.2',
    heavy: 'llama3.2',
    allowsOwnUrl: true,
  },
  compatible: {
    label: 'The OpenAI-compatible server',
    protocol: 'openai',
    baseUrl: null,
    keyVariable: 'COMPATIBLE_API_KEY',
    baseUrlVariable: 'COMPATIBLE_BASE_URL',
    needsKey: false,
    light: null,
    heavy: null,
    allowsOwnUrl: true,
  },
};

export const PROVIDER_NAMES = Object.keys(PROVIDERS) as AiProviderName[];

export function isProviderName(name: string): name is AiProviderName {
  return Object.hasOwn(PROVIDERS, name);
}

export type TaskFacts = {
  /** Most tokens of an answer. */
  maxTokens: number;
  /** Longest that one call may take. */
  timeoutMs: number;
  weight: 'light' | 'heavy';
};

/** What each kind of work is given unless the workspace says otherwise. */
export const TASKS: Record<AiTask, TaskFacts> = {
  classify: { maxTokens: 256, timeoutMs: 30_000, weight: 'light' },
  short_reply: { maxTokens: 512, timeoutMs: 60_000, weight: 'light' },
  caption: { maxTokens: 1_024, timeoutMs: 60_000, weight: 'light' },
  plan: { maxTokens: 2_048, timeoutMs: 120_000, weight: 'heavy' },
  report: { maxTokens: 2_048, timeoutMs: 120_000, weight: 'heavy' },
  client_comms: { maxTokens: 4_096, timeoutMs: 120_000, weight: 'heavy' },
  crisis: { maxTokens: 4_096, timeoutMs: 120_000, weight: 'heavy' },
};

/**
 * Thinking is paid for and counted inside the cap: with 256 tokens a model that thinks would be cut off before its first
 * word. It gets this on top of the task's cap; unused tokens cost nothing.
 */
export const THINKING_TOKENS = 4_096;

/**
 * OpenAI's o and gpt-5 series and later ones, Claude from 5 on, Gemini from 2.5 on except Flash-Lite, and what open models
 * that think are called.
 */
const THINKING_MODEL =
  /^(o\d|gpt-([5-9]|\d\d)(?!.*-chat)|gpt-oss|claude-[a-z]+-([5-9]|\d\d)|gemini-(2\.5|[3-9])(?!.*flash-lite)|deepseek-r\d|deepseek-reasoner|qwq|qwen3|magistral|phi4?-.*reasoning)|[:-]thinking$/;

/**
 * Whether the model thinks before it answers, by its name. Claude up to 4 thinks only when it is asked to, which we
 * do not do; from 5 on it does by itself.
 * @param model without the provider; of OpenRouter with the maker: `openai/gpt-5`
 */
export function isThinkingModel(model: string): boolean {
  return THINKING_MODEL.test(model.slice(model.lastIndexOf('/') + 1).toLowerCase());
}
