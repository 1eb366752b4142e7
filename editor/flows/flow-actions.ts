import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { toast } from 'sonner';
import type { NodeTypeInfo } from '../../engine/catalogue.ts';
import type { GraphInput } from '../../engine/graph.ts';
import type { Flow, FlowSummary } from '../../server/contract/shapes.ts';
import { ApiError, api, errorText } from '../api/client.ts';
import { keys } from '../api/queries.ts';
import { downloadFlow } from './export-flow.ts';

type NewFlow = { name?: string; description?: string; graph?: GraphInput };

/** What can be done with flows as a whole. Failures are told by toasts. */
export function useFlowActions() {
  const { t } = useTranslation('flows');
  const navigate = useNavigate();
  const client = useQueryClient();
  const refresh = () => client.invalidateQueries({ queryKey: keys.flows });
  const onError = (error: unknown) => void toast.error(errorText(error));

  const open = (flow: Flow) => {
    client.setQueryData(keys.flow(flow.id), flow);
    void refresh();
    void navigate(`/flows/${flow.id}`);
  };

  const create = useMutation({
    mutationFn: (flow: NewFlow) =>
      api.post<Flow>('/api/v1/flows', { ...flow, name: flow.name ?? t('newName') }),
    onSuccess: open,
    onError,
  });

  const importFile = useMutation({
    mutationFn: async (file: File) => {
      const { readFlowFile } = await import('./import-flow.ts');
      return api.post<Flow>('/api/v1/flows', await readFlowFile(file, t));
    },
    onSuccess: (flow) => {
      toast.success(t('import.done', { name: flow.name }));
      open(flow);
    },
    onError: (error) => {
      toast.error(t('import.failed'), { description: errorText(error), duration: 15_000 });
    },
  });

  const duplicate = useMutation({
    mutationFn: (id: string) => api.post<Flow>(`/api/v1/flows/${id}/duplicate`),
    onSuccess: (flow) => {
      toast.success(t('duplicated', { name: flow.name }), {
        action: { label: t('open'), onClick: () => open(flow) },
      });
      return refresh();
    },
    onError,
  });

  const remove = useMutation({
    mutationFn: ({ id }: FlowSummary) => api.delete(`/api/v1/flows/${id}`),
    onSuccess: (_, { name }) => {
      toast.success(t('deleted', { name }));
      return refresh();
    },
    onError,
  });

  const exportFile = useMutation({
    mutationFn: async (id: string) =>
      downloadFlow(
        ...(await Promise.all([
          api.get<Flow>(`/api/v1/flows/${id}`),
          api.get<NodeTypeInfo[]>('/api/v1/node-types'),
        ])),
      ),
    onError,
  });

  const setPublished = useMutation({
    mutationFn: ({ flow, isOn }: { flow: FlowSummary; isOn: boolean }) =>
      api.post<Flow>(`/api/v1/flows/${flow.id}/${isOn ? 'publish' : 'unpublish'}`),
    onSuccess: (flow, { isOn }) => {
      client.setQueryData(keys.flow(flow.id), flow);
      toast.success(t(isOn ? 'published' : 'unpublished', { name: flow.name }));
      return refresh();
    },
    onError: (error, { flow }) => {
      toast.error(t('publishFailed', { name: flow.name }), {
        description: problemsText(error),
        duration: 15_000,
        action: { label: t('open'), onClick: () => void navigate(`/flows/${flow.id}`) },
      });
    },
  });

  return {
    createFlow: create.mutate,
    importFlow: importFile.mutate,
    duplicateFlow: duplicate.mutate,
    deleteFlow: remove,
    exportFlow: exportFile.mutate,
    setPublished,
    isCreating: create.isPending || importFile.isPending,
  };
}

/** As many as fit into a toast; the canvas lists them all. */
const SHOWN_PROBLEMS = 4;

function problemsText(error: unknown): string {
  const problems = error instanceof ApiError ? (error.details.problems ?? []) : [];
  const messages = problems.filter(({ severity }) => severity === 'error').map(({ message }) => message);
  if (messages.length === 0) return errorText(error);
  const more = messages.length - SHOWN_PROBLEMS;
  return [...messages.slice(0, SHOWN_PROBLEMS), ...(more > 0 ? [`+ ${more}`] : [])].join('\n');
}
