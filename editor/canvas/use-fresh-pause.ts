import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { keys } from '../api/queries.ts';
import { useLive } from '../live/use-live.ts';

/** However many events come, the flow is asked for anew at most this often. */
const PAUSE_MS = 1_000;

/** Keeps the cached flow up to date about its pause: set or ended elsewhere, and how many events wait. */
export function useFreshPause(flowId: string, isPaused: boolean): void {
  const client = useQueryClient();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  const refresh = () => {
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      void client.invalidateQueries({ queryKey: keys.flow(flowId), exact: true });
    }, PAUSE_MS);
  };

  useEffect(
    () => () => {
      clearTimeout(timer.current);
      timer.current = undefined;
    },
    [],
  );

  useLive(
    `flow:${flowId}`,
    ({ type }) => {
      const concernsPause = type === 'flow.published' || (isPaused && type.startsWith('execution.'));
      if (concernsPause) refresh();
    },
    { onResync: refresh },
  );
}
