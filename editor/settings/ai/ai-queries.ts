import { useQueries, useQuery, useQueryClient } from '@tanstack/react-query';
import type {
  AiConnection,
  AiModels,
  AiProviderName,
  AiSettings,
  AiSettingsUpdate,
  AiUsage,
} from '../../../server/contract/ai.ts';
import type { AiGuardrails } from '../../../server/contract/ai-guardrails.ts';
import { api } from '../../api/client.ts';
import { keys } from '../../api/queries.ts';
import { useSingleMutation } from './use-single-mutation.ts';

/** All begin with `ai`: a changed key may change who answers, which models there are, and what they cost. */
export const aiKeys = {
  all: ['ai'] as const,
  settings: ['ai', 'settings'] as const,
  connections: ['ai', 'connections'] as const,
  models: (provider: AiProviderName) => ['ai', 'models', provider] as const,
  usage: (days: number) => ['ai', 'usage', days] as const,
  guardrails: ['ai', 'guardrails'] as const,
};

export const useAiSettings = () =>
  useQuery({
    queryKey: aiKeys.settings,
    queryFn: ({ signal }) => api.get<AiSettings>('/api/v1/ai/settings', { signal }),
  });

export const useAiConnections = () =>
  useQuery({
    queryKey: aiKeys.connections,
    queryFn: ({ signal }) => api.get<{ items: AiConnection[] }>('/api/v1/ai/connections', { signal }),
    select: ({ items }) => items,
  });

/** What was used in the last days (UTC), today included. */
export const useAiUsage = (days: number) =>
  useQuery({
    queryKey: aiKeys.usage(days),
    queryFn: ({ signal }) => api.get<AiUsage>(`/api/v1/ai/usage?days=${days}`, { signal }),
    refetchInterval: 30_000,
  });

export const useGuardrails = () =>
  useQuery({
    queryKey: aiKeys.guardrails,
    queryFn: ({ signal }) => api.get<AiGuardrails>('/api/v1/ai/guardrails', { signal }),
  });

/** The server remembers a list as long. */
const LIST_FRESH_MS = 5 * 60_000;

/** What each of the providers offers: one query a provider, in their order. Asked of the provider itself. */
export const useModelLists = (providers: readonly AiProviderName[], enabled: boolean) =>
  useQueries({
    queries: providers.map((provider) => ({
      queryKey: aiKeys.models(provider),
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        api.get<AiModels>(`/api/v1/ai/models?provider=${provider}`, { signal }),
      staleTime: LIST_FRESH_MS,
      retry: false,
      enabled,
    })),
  });

/** Saves the parts that are named; each is replaced as a whole. */
export function useSaveAiSettings(onSaved: () => void) {
  const client = useQueryClient();
  return useSingleMutation({
    mutationFn: (update: AiSettingsUpdate) => api.put<AiSettings>('/api/v1/ai/settings', update),
    onSuccess: (saved) => {
      client.setQueryData(aiKeys.settings, saved);
      onSaved();
      return Promise.all([
        client.invalidateQueries({ queryKey: ['ai', 'usage'] }),
        client.invalidateQueries({ queryKey: keys.session }),
      ]);
    },
  });
}
