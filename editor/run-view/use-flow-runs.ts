import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef } from 'react';
import type { LiveEvent } from '../../server/contract/live.ts';
import type { Execution, ExecutionSummary } from '../../server/contract/shapes.ts';
import { api } from '../api/client.ts';
import { keys, useExecutions } from '../api/queries.ts';
import type { Session } from '../canvas/session.tsx';
import { useCanvasText } from '../canvas/texts.ts';
import { useLive } from '../live/use-live.ts';
import { mergeRuns, runsAfter } from './recent-runs.ts';
import { applyLiveEvent, emptyRun, isOver, runFromExecution } from './run-state.ts';

export const loadExecution = (id: string) => api.get<Execution>(`/api/v1/executions/${id}`);

/**
 * Keeps the runs of the open flow up to date: the strip of recent ones, and the one that is shown on the canvas. While
 * following, the newest run is shown as it happens; a run that is still busy is not taken away by the next one.
 */
export function useFlowRuns(
  session: Session,
  onFlowEvent: (event: LiveEvent) => void,
): { show(executionId: string): void; hide(): void } {
  const { flowId, ui } = session;
  const queryClient = useQueryClient();
  const t = useCanvasText();
  const recent = useExecutions({ flowId, limit: 20 });
  const loading = useRef<string | null>(null);

  useEffect(() => {
    const { items } = recent;
    if (items) ui.setState(({ runs }) => ({ runs: mergeRuns(runs, items) }));
  }, [recent.items, ui, recent]);

  /** Puts an execution over the canvas as the server has it; live events that came later stay on top. */
  const load = useCallback(
    async (executionId: string) => {
      loading.current = executionId;
      try {
        const execution = await loadExecution(executionId);
        if (loading.current !== executionId) return;
        ui.setState(({ run }) => {
          const loaded = runFromExecution(execution);
          const isBehind = run?.id === executionId && isOver(run.status) && !isOver(loaded.status);
          return { run: isBehind ? run : loaded, lastEvent: execution.event };
        });
      } catch {
        // Deleted or unreachable: what the live events told stays on the canvas.
      }
    },
    [ui],
  );

  const show = useCallback(
    (executionId: string) => {
      const summary = ui.getState().runs.find((run) => run.id === executionId);
      const isLatest = ui.getState().runs[0]?.id === executionId;
      ui.setState({
        run: { ...emptyRun(executionId, summary?.createdAt ?? ''), ...(summary && known(summary)) },
        isFollowing: isLatest,
      });
      void load(executionId);
    },
    [ui, load],
  );

  const hide = useCallback(() => {
    loading.current = null;
    ui.setState({ run: null, isFollowing: false });
  }, [ui]);

  const take = useBatched((events: LiveEvent[]) => {
    let finished: string | null = null;
    ui.setState((state) => {
      let { run, announcement } = state;
      for (const event of events) {
        const id = event.executionId;
        if (!id) continue;
        const begins = event.type === 'execution.queued' || event.type === 'execution.started';
        const isBusy = run !== null && run.id !== id && (run.status === 'running' || run.status === 'queued');
        if (begins && state.isFollowing && run?.id !== id && !isBusy) run = emptyRun(id, event.at);
        if (run?.id !== id) continue;
        run = applyLiveEvent(run, event);
        if (event.type === 'execution.finished' || event.type === 'execution.waiting') {
          finished = id;
          announcement = t(`announce.${run.status}`);
        } else if (event.type === 'execution.started') announcement = t('announce.running');
      }
      return { run, announcement, runs: runsAfter(state.runs, events, flowId) };
    });
    if (finished) void load(finished);
    if (events.some((event) => event.type === 'execution.finished')) {
      void queryClient.invalidateQueries({ queryKey: keys.executions, refetchType: 'none' });
    }
  });

  useLive(
    `flow:${flowId}`,
    (event) => {
      if (event.type.startsWith('flow.')) onFlowEvent(event);
      else take(event);
    },
    {
      onResync: () => {
        void recent.refetch();
        const shown = ui.getState().run;
        if (shown) void load(shown.id);
      },
    },
  );

  return { show, hide };
}

/** Gathers events until the next frame: a busy flow sends far more than the screen can show. */
function useBatched(handle: (events: LiveEvent[]) => void): (event: LiveEvent) => void {
  const latest = useRef(handle);
  latest.current = handle;
  const waiting = useRef<LiveEvent[]>([]);
  return useCallback((event) => {
    waiting.current.push(event);
    if (waiting.current.length > 1) return;
    const flush = () => {
      const events = waiting.current;
      waiting.current = [];
      latest.current(events);
    };
    // Hidden pages draw no frames, and would gather without end.
    if (document.hidden) queueMicrotask(flush);
    else requestAnimationFrame(flush);
  }, []);
}

function known(summary: ExecutionSummary) {
  const { status, title, mode, dryRun, flowVersion, error, startedAt, finishedAt } = summary;
  return { status, title, mode, dryRun, flowVersion, error, startedAt, finishedAt };
}
