import { ReactFlowProvider } from '@xyflow/react';
import { ArrowLeft } from 'lucide-react';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { Link, useNavigate, useParams } from 'react-router';
import type { NodeTypeInfo } from '../../engine/catalogue.ts';
import type { Execution } from '../../server/contract/shapes.ts';
import { useExecution, useNodeTypes } from '../api/queries.ts';
import { Canvas } from '../canvas/canvas.tsx';
import { CanvasToolbar } from '../canvas/canvas-toolbar.tsx';
import { createFlowStore } from '../canvas/flow-store.ts';
import { createCanvasUi, type Session, SessionProvider, useUi } from '../canvas/session.tsx';
import { useCanvasText } from '../canvas/texts.ts';
import { useCommands } from '../canvas/use-commands.ts';
import { useKeys } from '../canvas/use-keys.ts';
import { Inspector } from '../inspector/inspector.tsx';
import { useLive } from '../live/use-live.ts';
import { Badge } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { ErrorState } from '../ui/error-state.tsx';
import { RelativeTime } from '../ui/relative-time.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { StateIcon } from '../ui/state-icon.tsx';
import { RunActions } from './run-actions.tsx';
import { applyLiveEvent, durationText, isOver, type Run, runFromExecution } from './run-state.ts';
import { StepList } from './step-list.tsx';

/** `/executions/:id`: one run on the graph that it ran, step by step; live while it is under way. */
export function ExecutionPage() {
  const { id = '' } = useParams();
  const execution = useExecution(id);
  const types = useNodeTypes();
  const failed = execution.error ?? types.error;
  if (failed && !execution.data) {
    return (
      <ErrorState error={failed} onRetry={() => void Promise.all([execution.refetch(), types.refetch()])} />
    );
  }
  if (!execution.data || !types.data) return <Skeleton className="m-4 h-96" />;
  return (
    <OpenExecution
      key={id}
      execution={execution.data}
      types={types.data}
      onReload={() => void execution.refetch()}
    />
  );
}

type OpenExecutionProps = { execution: Execution; types: NodeTypeInfo[]; onReload(): void };

function OpenExecution({ execution, types, onReload }: OpenExecutionProps) {
  const [session] = useState(
    (): Session => ({
      flowId: execution.flowId,
      flow: createFlowStore({ name: execution.flowName, graph: execution.graph }),
      ui: createCanvasUi({
        run: runFromExecution(execution),
        lastEvent: execution.event,
        tab: 'output',
        isPaletteOpen: false,
      }),
      types: new Map(types.map((type) => [type.type, type])),
      isReadOnly: true,
    }),
  );
  return (
    <SessionProvider session={session}>
      <ReactFlowProvider>
        <Replay session={session} execution={execution} onReload={onReload} />
      </ReactFlowProvider>
    </SessionProvider>
  );
}

function Replay({
  session,
  execution,
  onReload,
}: {
  session: Session;
  execution: Execution;
  onReload(): void;
}) {
  const { ui } = session;
  const t = useCanvasText();
  const navigate = useNavigate();
  const commands = useCommands();
  const shown = useUi((state) => state.run);
  const announcement = useUi((state) => state.announcement);
  const run: Run = useMemo(() => shown ?? runFromExecution(execution), [shown, execution]);

  // What the server answers anew (after a reload, or the end of the run) replaces what live events told.
  useEffect(() => {
    ui.setState(({ run: current }) => {
      const loaded = runFromExecution(execution);
      const isBehind = current?.id === loaded.id && isOver(current.status) && !isOver(loaded.status);
      return isBehind ? {} : { run: { ...loaded, seq: current?.seq ?? 0 } };
    });
  }, [execution, ui]);

  useLive(
    isOver(run.status) ? null : `execution:${execution.id}`,
    (event) => {
      ui.setState(({ run: current }) => (current ? { run: applyLiveEvent(current, event) } : {}));
      if (event.type === 'execution.finished' || event.type === 'execution.waiting') {
        const status = ui.getState().run?.status;
        if (status) ui.setState({ announcement: t(`announce.${status}`) });
        onReload();
      }
    },
    { onResync: onReload },
  );

  const actions = useMemo(() => ({ save: () => {}, testRun: () => {} }), []);
  useKeys(commands, actions);
  const started = useCallback(
    (executionId: string) => {
      if (executionId === execution.id) onReload();
      else void navigate(`/executions/${executionId}`);
    },
    [execution.id, navigate, onReload],
  );
  const title = t('executionTitle', { title: run.title });
  const duration = durationText(run.startedAt, run.finishedAt);

  return (
    <div className="flex h-full min-h-0 flex-col">
      <title>{`${title} · Replygraph`}</title>
      <header className="flex min-h-12 flex-wrap items-center gap-x-3 gap-y-1 border-b border-border bg-card px-2 py-1.5">
        <Button asChild variant="ghost" size="icon">
          <Link
            to={`/flows/${execution.flowId}/executions`}
            aria-label={t('backToFlow')}
            title={t('backToFlow')}
          >
            <ArrowLeft aria-hidden />
          </Link>
        </Button>
        <StateIcon status={run.status} withLabel />
        <h1 className="min-w-0 truncate text-sm font-semibold">{run.title}</h1>
        <p className="flex items-center gap-2 text-xs text-muted-foreground">
          <Link to={`/flows/${execution.flowId}`} className="hover:underline">
            {execution.flowName}
            {run.flowVersion !== null && ` v${run.flowVersion}`}
          </Link>
          <RelativeTime at={run.createdAt} />
          {duration && <span>{duration}</span>}
        </p>
        {run.mode === 'test' && <Badge>{t('test')}</Badge>}
        {run.dryRun && <Badge tone="warning">{t('dryRunBadge')}</Badge>}
        <div className="ml-auto">
          <RunActions run={run} onStarted={started} />
        </div>
      </header>
      {run.error && (
        <p
          role="alert"
          className="border-b border-border bg-destructive/10 px-3 py-1.5 text-sm text-destructive"
        >
          {run.error.message}
        </p>
      )}
      <div className="flex min-h-0 flex-1">
        <StepList execution={execution} run={run} commands={commands} />
        <div className="relative min-w-0 flex-1">
          <CanvasToolbar commands={commands} />
          <Canvas commands={commands} />
        </div>
        <Inspector />
      </div>
      <span className="sr-only" aria-live="polite">
        {announcement}
      </span>
    </div>
  );
}
