import type { QueryKey } from '@tanstack/react-query';
import { QueryClient, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type { NodeTypeInfo } from '../../engine/catalogue.ts';
import type { Suggestion } from '../../server/contract/knowledge.ts';
import type {
  Account,
  ApiKey,
  Approval,
  Escalation,
  Execution,
  ExecutionSummary,
  FailureFilter,
  Failures,
  Flow,
  FlowSummary,
  FlowVersion,
  KnowledgeBase,
  KnowledgeDocument,
  Page,
  Retention,
  Session,
  Template,
} from '../../server/contract/shapes.ts';
import { ApiError, api } from './client.ts';

export type ExecutionFilters = FailureFilter & { status?: ExecutionSummary['status'][]; limit?: number };

/** Keys of the cache. Invalidate the shortest that fits: `keys.executions` means every list of them. */
export const keys = {
  setup: ['setup'] as const,
  session: ['session'] as const,
  flows: ['flows'] as const,
  flow: (id: string) => ['flow', id] as const,
  versions: (flowId: string) => ['flow', flowId, 'versions'] as const,
  nodeTypes: ['node-types'] as const,
  executions: ['executions'] as const,
  executionList: (filters: ExecutionFilters) => ['executions', filters] as const,
  failures: (filter: FailureFilter) => ['executions', 'failures', filter] as const,
  execution: (id: string) => ['execution', id] as const,
  approvals: ['approvals'] as const,
  escalations: ['escalations'] as const,
  accounts: ['accounts'] as const,
  notifications: ['notifications'] as const,
  knowledgeBases: ['knowledge-bases'] as const,
  documents: (baseId: string) => ['knowledge-bases', baseId, 'documents'] as const,
  suggestions: ['knowledge-suggestions'] as const,
  templates: ['templates'] as const,
  apiKeys: ['api-keys'] as const,
  retention: ['settings', 'retention'] as const,
  timeline: ['sandbox', 'timeline'] as const,
};

/** Server state of the whole editor. What the server refused (4xx) is not asked again. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        retry: (count, error) =>
          count < 2 && !(error instanceof ApiError && error.status >= 400 && error.status < 500),
      },
    },
  });
}

export const useSetupNeeded = () =>
  useQuery({
    queryKey: keys.setup,
    queryFn: ({ signal }) => api.get<{ needed: boolean }>('/api/v1/setup', { signal }),
  });

export const useSession = () =>
  useQuery({
    queryKey: keys.session,
    queryFn: ({ signal }) => api.get<Session>('/api/v1/session', { signal }),
    staleTime: 300_000,
  });

const ROLE_ORDER = ['viewer', 'editor', 'admin', 'owner'] as const;

/** Whether the person's role is at least this one; false while it is not known. */
export function useCan(role: Session['role']): boolean {
  const { data } = useSession();
  return data !== undefined && ROLE_ORDER.indexOf(data.role) >= ROLE_ORDER.indexOf(role);
}

/** Cards of flows, page by page; `items` are those loaded so far. */
export const useFlows = (search = '') =>
  usePages<FlowSummary>([...keys.flows, search], '/api/v1/flows', { search });

/** Flows that others may call, published or not. */
export const useCallableFlows = () =>
  usePages<FlowSummary>([...keys.flows, 'callable'], '/api/v1/flows', {
    trigger: 'trigger.call',
    limit: '200',
  });

export const useFlow = (id: string) =>
  useQuery({
    queryKey: keys.flow(id),
    queryFn: ({ signal }) => api.get<Flow>(`/api/v1/flows/${id}`, { signal }),
  });

export const useFlowVersions = (flowId: string, enabled = true) =>
  usePages<FlowVersion>(keys.versions(flowId), `/api/v1/flows/${flowId}/versions`, {}, { enabled });

/** The node catalogue. It changes at a restart of the server or by a switch in the settings. */
export const useNodeTypes = () =>
  useQuery({
    queryKey: keys.nodeTypes,
    queryFn: ({ signal }) => api.get<NodeTypeInfo[]>('/api/v1/node-types', { signal }),
    staleTime: 60_000,
  });

/** Executions, newest first, page by page. */
export const useExecutions = (filters: ExecutionFilters = {}, options: PageOptions = {}) =>
  usePages<ExecutionSummary>(
    keys.executionList(filters),
    '/api/v1/executions',
    {
      ...definedTexts(filters),
      status: filters.status?.join(','),
      limit: filters.limit === undefined ? undefined : String(filters.limit),
    },
    options,
  );

/** Failed executions, counted by error and node. */
export const useFailures = (filter: FailureFilter) =>
  useQuery({
    queryKey: keys.failures(filter),
    queryFn: ({ signal }) =>
      api.get<Failures>(`/api/v1/executions/failures?${new URLSearchParams(definedTexts(filter))}`, {
        signal,
      }),
  });

const definedTexts = ({
  flowId,
  errorCode,
  nodeId,
  since,
  until,
}: FailureFilter): Record<string, string> => ({
  ...(flowId && { flowId }),
  ...(errorCode && { errorCode }),
  ...(nodeId && { nodeId }),
  ...(since && { since }),
  ...(until && { until }),
});

export const useExecution = (id: string, enabled = true) =>
  useQuery({
    queryKey: keys.execution(id),
    queryFn: ({ signal }) => api.get<Execution>(`/api/v1/executions/${id}`, { signal }),
    enabled,
  });

export const useApprovals = (status: Approval['status'] = 'pending') =>
  usePages<Approval>([...keys.approvals, status], '/api/v1/approvals', { status, limit: '100' });

export const useEscalations = (status: Escalation['status'] = 'open') =>
  usePages<Escalation>([...keys.escalations, status], '/api/v1/escalations', { status, limit: '100' });

export const useAccounts = () => usePages<Account>(keys.accounts, '/api/v1/accounts', { limit: '200' });

export const useKnowledgeBases = () =>
  usePages<KnowledgeBase>(keys.knowledgeBases, '/api/v1/knowledge-bases', { limit: '200' });

export const useDocuments = (baseId: string) =>
  usePages<KnowledgeDocument>(keys.documents(baseId), `/api/v1/knowledge-bases/${baseId}/documents`);

/** Pairs that flows suggest to keep and nobody has decided on. */
export const useSuggestions = () =>
  usePages<Suggestion>(keys.suggestions, '/api/v1/knowledge-suggestions', { status: 'pending' });

export const useTemplates = (enabled = true) =>
  useQuery({
    queryKey: keys.templates,
    queryFn: ({ signal }) => api.get<Page<Template>>('/api/v1/templates', { signal }),
    select: (page) => page.items,
    staleTime: Number.POSITIVE_INFINITY,
    enabled,
  });

export const useApiKeys = (enabled = true) =>
  usePages<ApiKey>(keys.apiKeys, '/api/v1/api-keys', {}, { enabled });

export const useRetention = (enabled = true) =>
  useQuery({
    queryKey: keys.retention,
    queryFn: ({ signal }) => api.get<Retention>('/api/v1/settings/retention', { signal }),
    enabled,
  });

export type PageOptions = { enabled?: boolean };

/** A cursor-paged list. `items` are the rows loaded so far; `fetchNextPage` loads more. */
export function usePages<T>(
  queryKey: QueryKey,
  path: string,
  parameters: Record<string, string | undefined> = {},
  options: PageOptions = {},
) {
  const query = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam, signal }) => {
      const given = Object.entries({ ...parameters, cursor: pageParam }).filter(
        (entry): entry is [string, string] => Boolean(entry[1]),
      );
      const search = new URLSearchParams(given).toString();
      return api.get<Page<T>>(search ? `${path}?${search}` : path, { signal });
    },
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor,
    ...options,
  });
  return { ...query, items: query.data?.pages.flatMap((page) => page.items) };
}
