import { createHash } from 'node:crypto';
import type { BaseChatModel } from '@langchain/core/language_models/chat_models';
import { LruMap } from '../../lru-map.ts';
import type { Fetch } from '../checked-fetch.ts';
import { readableKey } from '../connections.ts';
import { PROVIDERS } from '../providers.ts';
import type { Candidate } from '../router.ts';

/** Clients kept, one for each key, model and cap in use. */
const MOST_CLIENTS = 128;

/** LangChain refuses to begin without a key; servers that need none ignore it. */
const NO_KEY = 'none';

/**
 * Makes LangChain's client of a model, or gives the one that is there. LangChain is loaded on first use only: it takes most
 * of a second. Its own retries are off: retries are ours (ask.ts).
 * @param checkedFetch reaches addresses that people of a workspace gave
 */
export function createChatClients(checkedFetch: Fetch): (candidate: Candidate) => Promise<BaseChatModel> {
  const clients = new LruMap<string, Promise<BaseChatModel>>(MOST_CLIENTS);
  return async (candidate) => {
    const key = fingerprint(candidate);
    try {
      return await clients.getOrCreate(key, () => createClient(candidate, checkedFetch));
    } catch (error) {
      clients.delete(key);
      throw error;
    }
  };
}

async function createClient(candidate: Candidate, checkedFetch: Fetch): Promise<BaseChatModel> {
  const { connection, model } = candidate;
  const { provider, baseUrl, isOwnUrl } = connection;
  const apiKey = readableKey(connection) || NO_KEY;
  const maxTokens = candidate.maxTokens + candidate.thinkingTokens;
  const common = { apiKey, maxRetries: 0 };
  const fetchOption = isOwnUrl ? { fetch: checkedFetch } : {};
  const { initChatModel } = await import('langchain/chat_models/universal');
  // The model itself instead of the wrapper that looks it up for every call.
  const initialise = async (modelProvider: string, options: Record<string, unknown>) =>
    (await initChatModel(model, { modelProvider, ...common, ...options }))._getModelInstance();

  switch (PROVIDERS[provider].protocol) {
    case 'anthropic':
      return initialise('anthropic', {
        maxTokens,
        anthropicApiUrl: baseUrl,
        // Null: not the token that may stand in the environment.
        clientOptions: { authToken: null, ...fetchOption },
      });
    case 'google':
      return initialise('google-genai', { maxOutputTokens: maxTokens, baseUrl });
    case 'openai':
      return initialise('openai', {
        maxTokens,
        configuration: {
          baseURL: baseUrl,
          ...fetchOption,
          // The environment's organisation belongs to the environment's key.
          ...((provider !== 'openai' || connection.source === 'workspace') && {
            organization: null,
            project: null,
          }),
        },
      });
  }
}

/** The key itself is not kept as the name of anything. */
function fingerprint({ name, connection, maxTokens, thinkingTokens }: Candidate): string {
  const { apiKey, baseUrl, isOwnUrl, source } = connection;
  return createHash('sha256')
    .update(JSON.stringify([name, apiKey, baseUrl, isOwnUrl, source, maxTokens + thinkingTokens]))
    .digest('base64');
}
