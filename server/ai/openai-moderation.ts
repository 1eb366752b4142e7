import { createCheckedFetch } from './checked-fetch.ts';
import type { ConnectionsDeps } from './connections.ts';
import { readableKey, recentConnectionsOf } from './connections.ts';
import type { ProviderModeration } from './tasks/moderate.ts';

/** OpenAI's moderation for workspaces that have a key for it, of their own or of the environment. */
export function createOpenAiModeration(
  deps: ConnectionsDeps,
): ProviderModeration & { close(): Promise<void> } {
  const checked = createCheckedFetch(deps.addressRules);
  const endpointOf: ProviderModeration = async (workspaceId) => {
    const connection = (await recentConnectionsOf(deps, workspaceId)).get('openai');
    if (!connection) return null;
    const apiKey = readableKey(connection);
    return {
      apiKey,
      baseUrl: connection.baseUrl,
      ...(connection.isOwnUrl && { fetch: checked.fetch }),
    };
  };
  return Object.assign(endpointOf, { close: checked.close });
}
