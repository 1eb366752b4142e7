import type { AiConnection, AiProviderName } from '../../../server/contract/ai.ts';

export type ProviderLook = {
  /** Product names; that of `compatible` is a text of ours: `t('provider.compatible')`. */
  label: string | null;
  takesKey: boolean;
  takesUrl: boolean;
  /** It has no usual address: without one of the environment it has to be given. */
  needsUrl: boolean;
  urlPlaceholder: string;
  /** Where people get a key. */
  keyPage: string | null;
  /** Variables of the environment that do the same for all workspaces. */
  variables: readonly string[];
  /** Has models that are used where none is named. */
  hasUsualModel: boolean;
};

/** What people see and may enter, by provider; the rules are the server's (server/ai/providers.ts). */
export const PROVIDER_LOOKS: Record<AiProviderName, ProviderLook> = {
  openai: {
    label: 'OpenAI',
    takesKey: true,
    takesUrl: true,
    needsUrl: false,
    urlPlaceholder: 'https://api.openai.com/v1',
    keyPage: 'https://platform.openai.com/api-keys',
    variables: ['OPENAI_API_KEY'],
    hasUsualModel: true,
  },
  anthropic: {
    label: 'Anthropic',
    takesKey: true,
    takesUrl: true,
    needsUrl: false,
    urlPlaceholder: 'https://api.anthropic.com',
    keyPage: 'https://console.anthropic.com/settings/keys',
    variables: ['ANTHROPIC_API_KEY'],
    hasUsualModel: true,
  },
  google: {
    label: 'Google',
    takesKey: true,
    takesUrl: false,
    needsUrl: false,
    urlPlaceholder: '',
    keyPage: 'https://aistudio.google.com/apikey',
    variables: ['GOOGLE_API_KEY'],
    hasUsualModel: true,
  },
  openrouter: {
    label: 'OpenRouter',
    takesKey: true,
    takesUrl: true,
    needsUrl: false,
    urlPlaceholder: 'https://openrouter.ai/api/v1',
    keyPage: 'https://openrouter.ai/settings/keys',
    variables: ['OPENROUTER_API_KEY'],
    hasUsualModel: true,
  },
  ollama: {
    label: 'Ollama',
    takesKey: false,
    takesUrl: true,
    needsUrl: true,
    urlPlaceholder: 'https://ollama.example.com',
    keyPage: null,
    variables: ['OLLAMA_BASE_URL'],
    hasUsualModel: true,
  },
  compatible: {
    label: null,
    takesKey: true,
    takesUrl: true,
    needsUrl: true,
    urlPlaceholder: 'https://models.example.com/v1',
    keyPage: null,
    variables: ['COMPATIBLE_BASE_URL', 'COMPATIBLE_API_KEY'],
    hasUsualModel: false,
  },
};

export type ProviderState = 'ownKey' | 'ownAddress' | 'unreadable' | 'environment' | 'none';

/** What a provider is used with as things stand. */
export function providerState(connection: AiConnection): ProviderState {
  if (!connection.isKeyReadable) return 'unreadable';
  if (connection.source === 'workspace') return connection.hasKey ? 'ownKey' : 'ownAddress';
  return connection.source ?? 'none';
}

/** `openai:gpt-5` → `['openai', 'gpt-5']`; a provider alone has no model; undefined where it is no provider's. */
export function splitModel(name: string): [AiProviderName, string | null] | undefined {
  const colon = name.indexOf(':');
  const provider = colon < 0 ? name : name.slice(0, colon);
  if (!isProvider(provider)) return undefined;
  return [provider, colon < 0 ? null : name.slice(colon + 1)];
}

const isProvider = (name: string): name is AiProviderName => Object.hasOwn(PROVIDER_LOOKS, name);
