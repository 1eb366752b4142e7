import type { QueryKey } from '@tanstack/react-query';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import type { LiveEventType } from '../../server/contract/live.ts';
import { keys } from '../api/queries.ts';
import { useLive } from '../live/use-live.ts';

/** Lists are asked for anew at most this often, however many flows run. */
const PAUSE_MS = 1_000;

/** Keeps the lists of the open page fresh while things happen in the workspace. */
export function useLiveRefresh(): void {
  const client = useQueryClient();
  const timers = useRef(new Map<string, ReturnType<typeof setTimeout>>());

  const refresh = (key: QueryKey) => {
    const name = JSON.stringify(key);
    if (timers.current.has(name)) return;
    const timer = setTimeout(() => {
      timers.current.delete(name);
      void client.invalidateQueries({ queryKey: key });
    }, PAUSE_MS);
    timers.current.set(name, timer);
  };

  useEffect(() => {
    const running = timers.current;
    return () => {
      for (const timer of running.values()) clearTimeout(timer);
      running.clear();
    };
  }, []);

  useLive('workspace', ({ type }) => staleAfter(type).forEach(refresh), {
    onResync: () =>
      [
        keys.executions,
        keys.approvals,
        keys.escalations,
        keys.flows,
        keys.timeline,
        keys.notifications,
      ].forEach(refresh),
  });
}

function staleAfter(type: LiveEventType): QueryKey[] {
  switch (type) {
    case 'execution.queued':
      // A paused flow tells how many wait.
      return [keys.executions, keys.flows];
    case 'execution.started':
    case 'execution.waiting':
      return [keys.executions];
    case 'execution.finished':
      return [keys.executions, keys.flows, keys.escalations, keys.timeline];
    case 'step.finished':
      return [keys.timeline];
    case 'approval.created':
    case 'approval.decided':
      return [keys.approvals];
    case 'flow.saved':
    case 'flow.published':
      return [keys.flows];
    case 'notification.created':
      // It may tell of an account whose login was lost.
      return [keys.notifications, keys.accounts];
    case 'knowledge.progress':
      // The page of knowledge draws it itself (editor/knowledge/use-progress.ts).
      return [];
    case 'step.started':
    case 'step.log':
    case 'step.token':
      return [];
  }
}
