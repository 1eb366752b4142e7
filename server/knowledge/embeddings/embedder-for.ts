import type { Fetch } from '../../ai/checked-fetch.ts';
import type { ConnectionsDeps } from '../../ai/connections.ts';
import { recentConnectionsOf } from '../../ai/connections.ts';
import { LruMap } from '../../lru-map.ts';
import { hashOf } from '../text-hash.ts';
import type { Embedder, EmbedderFor } from './embedder.ts';
import type { EmbeddingModel, EmbeddingProvider } from './embedding-models.ts';
import { EMBEDDING_PROVIDERS, parseEmbeddingModel, USUAL_MODELS } from './embedding-models.ts';
import type { EmbeddingAccess } from './openai-embedder.ts';

/** How a workspace reaches a provider, by its own key or the environment's; null where it does not. */
export type ProviderAccess = (
  workspaceId: string,
  provider: EmbeddingProvider,
) => Promise<EmbeddingAccess | null>;

/** Google speaks OpenAI's protocol below its own address. */
const GOOGLE_PATH = '/v1beta/openai/';
const MOST_EMBEDDERS = 100;

/**
 * The embedder of each workspace: the model of KNOWLEDGE_EMBEDDINGS where the workspace reaches its provider, else the
 * usual model of the first provider that it reaches, else none.
 * @param wanted KNOWLEDGE_EMBEDDINGS: `provider:model@dimension`, `none`, or not set
 */
export function createEmbedderFor(wanted: string | undefined, access: ProviderAccess): EmbedderFor {
  // By a hash of model and access: a new key means a new client.
  const embedders = new LruMap<string, Promise<Embedder>>(MOST_EMBEDDERS);
  const fixed = wanted ? parseEmbeddingModel(wanted) : null;

  return async (workspaceId) => {
    if (wanted === 'none') return null;
    const candidates = fixed ? [fixed] : EMBEDDING_PROVIDERS.map(usualModel);
    for (const model of candidates) {
      const found = await access(workspaceId, model.provider);
      if (!found) continue;
      const { apiKey, baseUrl, fetch } = found;
      const key = hashOf(JSON.stringify([model, apiKey, baseUrl, fetch !== undefined]));
      return embedders.getOrCreate(key, async () => {
        const { createOpenAiEmbedder } = await import('./openai-embedder.ts');
        return createOpenAiEmbedder(model, found);
      });
    }
    return null;
  };
}

const usualModel = (provider: EmbeddingProvider): EmbeddingModel => ({
  provider,
  model: USUAL_MODELS[provider],
  dimension: null,
});

/**
 * The keys and addresses that the models of a workspace use too.
 * @param deps `checkedFetch` is used for addresses that people of a workspace gave
 */
export function accessByConnections(deps: ConnectionsDeps & { checkedFetch: Fetch }): ProviderAccess {
  return async (workspaceId, provider) => {
    const connection = (await recentConnectionsOf(deps, workspaceId)).get(provider);
    if (!connection) return null;
    const baseUrl = provider === 'google' ? `${connection.baseUrl}${GOOGLE_PATH}` : connection.baseUrl;
    return {
      // Ollama asks for no key, its client does.
      apiKey: connection.apiKey || 'none',
      baseUrl,
      ...(connection.isOwnUrl && { fetch: deps.checkedFetch }),
    };
  };
}
