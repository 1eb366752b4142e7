import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import type { Flow } from '../../server/contract/shapes.ts';
import { api, errorText } from '../api/client.ts';
import { keys } from '../api/queries.ts';

/** Pausing a flow and letting it go on. The cache of the flow, its cards and its runs follow; failures are toasts. */
export function useFlowPause() {
  const { t } = useTranslation('flows');
  const client = useQueryClient();
  const change = useMutation({
    mutationFn: ({ id, isPaused }: { id: string; isPaused: boolean }) =>
      api.post<Flow>(`/api/v1/flows/${id}/${isPaused ? 'pause' : 'resume'}`),
    onSuccess: (flow, { isPaused }) => {
      client.setQueryData(keys.flow(flow.id), flow);
      toast.success(t(isPaused ? 'paused' : 'resumed', { name: flow.name }));
    },
    onError: (error) => toast.error(errorText(error)),
    // Refused, it is as somebody else left it.
    onSettled: (_, __, { id }) =>
      Promise.all([
        client.invalidateQueries({ queryKey: keys.flow(id), exact: true }),
        client.invalidateQueries({ queryKey: keys.flows }),
        client.invalidateQueries({ queryKey: keys.executions }),
      ]),
  });
  return { setPaused: change.mutate, isPauseBusy: change.isPending };
}
