import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import type { BulkRetried, FailureFilter } from '../../server/contract/shapes.ts';
import { api, errorText } from '../api/client.ts';
import { keys } from '../api/queries.ts';

/** Which failed runs to retry: those ticked, or all that a filter names. */
export type RetryTarget = {
  runs: { ids: string[] } | { filter: FailureFilter };
  /** How many that is, as shown; null = more than were counted. */
  count: number | null;
  /** The server's time of what is shown: what fails again later is left alone. */
  asOf: string;
};

type Retried = Pick<BulkRetried, 'retried' | 'skipped'>;

/** Retries many runs, in as many calls as it takes, and says in a toast what became of it. */
export function useBulkRetry() {
  const { t } = useTranslation('executions');
  const client = useQueryClient();
  return useMutation({
    mutationFn: retryAll,
    onSuccess: ({ retried, skipped }) => {
      const [first] = skipped;
      toast.success(
        t('bulk.done', { count: retried }),
        first && { description: t('bulk.skipped', { count: skipped.length, reason: first.reason }) },
      );
    },
    onError: (error) => toast.error(errorText(error)),
    onSettled: () => client.invalidateQueries({ queryKey: keys.executions }),
  });
}

/** The server takes so many ids at once. */
const IDS_A_CALL = 1_000;

async function retryAll({ runs, asOf }: RetryTarget): Promise<Retried> {
  const result: Retried = { retried: 0, skipped: [] };
  const call = async (body: object) => {
    const answer = await api.post<BulkRetried>('/api/v1/executions/retry', { ...body, finishedBefore: asOf });
    result.retried += answer.retried;
    result.skipped.push(...answer.skipped);
    return answer.nextCursor;
  };
  if ('ids' in runs) {
    for (let start = 0; start < runs.ids.length; start += IDS_A_CALL) {
      await call({ ids: runs.ids.slice(start, start + IDS_A_CALL) });
    }
    return result;
  }
  let cursor: string | null = null;
  do cursor = await call({ filter: runs.filter, ...(cursor && { cursor }) });
  while (cursor !== null);
  return result;
}
