import { useQueryClient } from '@tanstack/react-query';
import { ReactFlowProvider } from '@xyflow/react';
import { lazy, Suspense, useCallback, useMemo, useState } from 'react';
import { useLocation, useParams } from 'react-router';
import { toast } from 'sonner';
import { useStore } from 'zustand';
import type { NodeTypeInfo } from '../../engine/catalogue.ts';
import type { LiveEvent } from '../../server/contract/live.ts';
import type { Flow } from '../../server/contract/shapes.ts';
import { errorText } from '../api/client.ts';
import { keys, useCan, useFlow, useNodeTypes } from '../api/queries.ts';
import { usePageCommands } from '../app/page-commands.ts';
import { ExecutionList } from '../executions/execution-list.tsx';
import { downloadFlow } from '../flows/export-flow.ts';
import { PauseBanner } from '../flows/pause-banner.tsx';
import { useFlowPause } from '../flows/use-flow-pause.ts';
import { Inspector } from '../inspector/inspector.tsx';
import { Palette } from '../palette/palette.tsx';
import { RunStrip } from '../run-view/run-strip.tsx';
import { useFlowRuns } from '../run-view/use-flow-runs.ts';
import { ErrorState } from '../ui/error-state.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { Canvas } from './canvas.tsx';
import { CanvasToolbar } from './canvas-toolbar.tsx';
import { ConflictDialog } from './conflict-dialog.tsx';
import { publishFlow, restoreVersion, runFlow, unpublishFlow } from './flow-api.ts';
import { createFlowStore } from './flow-store.ts';
import { ProblemList } from './problem-list.tsx';
import { PublishButton } from './publish-button.tsx';
import { QuickAddList } from './quick-add.tsx';
import { createCanvasUi, type Session, SessionProvider, useUi } from './session.tsx';
import { ShortcutSheet } from './shortcut-sheet.tsx';
import { useCanvasText } from './texts.ts';
import { TopBar } from './top-bar.tsx';
import { useAutosave } from './use-autosave.ts';
import { useCommands } from './use-commands.ts';
import { useFreshPause } from './use-fresh-pause.ts';
import { useKeys } from './use-keys.ts';
import { usePhone, wasPhoneOpen } from './use-phone.ts';
import { VersionHistory } from './version-history.tsx';

const SandboxPhone = lazy(() =>
  import('../sandbox/phone.tsx').then(({ SandboxPhone: component }) => ({ default: component })),
);

/** `/flows/:id` and `/flows/:id/executions`: the editor of one flow. */
export function FlowEditorPage() {
  const { id = '' } = useParams();
  const flow = useFlow(id);
  const types = useNodeTypes();
  const canEdit = useCan('editor');
  const failed = flow.error ?? types.error;
  // A flow from the cache may be older than what another tab saved: wait for the server before editing on top of it.
  const isFresh = flow.data && (flow.isFetchedAfterMount || !flow.isFetching);
  // Once open it stays open: when the flow is asked for anew, what is edited and what can be undone is kept.
  const [openId, setOpenId] = useState<string | null>(null);
  if (isFresh && openId !== id) setOpenId(id);

  if (failed && !flow.data) {
    return <ErrorState error={failed} onRetry={() => void Promise.all([flow.refetch(), types.refetch()])} />;
  }
  if (openId !== id || !flow.data || !types.data) return <Skeleton className="m-4 h-96" />;
  return <OpenFlow key={`${id} ${canEdit}`} flow={flow.data} types={types.data} isReadOnly={!canEdit} />;
}

function OpenFlow({ flow, types, isReadOnly }: { flow: Flow; types: NodeTypeInfo[]; isReadOnly: boolean }) {
  const [session] = useState(
    (): Session => ({
      flowId: flow.id,
      flow: createFlowStore({ name: flow.name, graph: flow.graph }),
      ui: createCanvasUi({ problems: flow.problems, isPhoneOpen: wasPhoneOpen() }),
      types: new Map(types.map((type) => [type.type, type])),
      isReadOnly,
    }),
  );
  return (
    <SessionProvider session={session}>
      <ReactFlowProvider>
        <FlowEditor session={session} opened={flow} />
      </ReactFlowProvider>
    </SessionProvider>
  );
}

function FlowEditor({ session, opened }: { session: Session; opened: Flow }) {
  const { flow, flowId, ui } = session;
  const t = useCanvasText();
  const location = useLocation();
  const queryClient = useQueryClient();
  const commands = useCommands();
  const [isHistoryOpen, setIsHistoryOpen] = useState(false);
  const autosave = useAutosave(session, opened);
  const { status, setStatus, conflict } = autosave;
  const showsRuns = location.pathname.endsWith('/executions');
  const announcement = useUi((state) => state.announcement);
  const phone = usePhone();
  const { setPaused, isPauseBusy } = useFlowPause();
  useFreshPause(flowId, opened.pausedAt !== null);

  const { heardOfSave } = autosave;
  const onFlowEvent = useCallback(
    (event: LiveEvent) => {
      if (event.type === 'flow.saved') heardOfSave(event);
      if (event.type === 'flow.published')
        void queryClient.invalidateQueries({ queryKey: keys.versions(flowId) });
    },
    [heardOfSave, queryClient, flowId],
  );
  const runs = useFlowRuns(session, onFlowEvent);

  const testRun = useCallback(
    async (dryRun: boolean) => {
      if (session.isReadOnly || !(await autosave.flush())) return;
      const { testEvent, selected } = ui.getState();
      const chosenTrigger = flow
        .getState()
        .graph.nodes.find(
          (node) => selected.has(node.id) && session.types.get(node.type)?.kind === 'trigger',
        );
      try {
        const { executionId } = await runFlow(flowId, {
          ...(testEvent && { event: testEvent.event }),
          ...(chosenTrigger && !testEvent && { triggerNodeId: chosenTrigger.id }),
          dryRun,
        });
        runs.show(executionId);
        ui.setState({ isFollowing: true });
      } catch (error) {
        toast.error(errorText(error));
      }
    },
    [session, autosave, ui, flow, flowId, runs],
  );

  const publish = async (note: string) => {
    if (!(await autosave.flush())) return;
    try {
      const result = await publishFlow(flowId, note);
      if (!result.ok) {
        ui.setState({ problems: result.problems, isProblemListOpen: true });
        toast.error(t('publishRefused', { count: result.problems.length }));
        return;
      }
      autosave.took(result.flow);
      ui.setState({ isProblemListOpen: false });
      setStatus(result.flow);
      void queryClient.invalidateQueries({ queryKey: keys.versions(flowId) });
      void queryClient.invalidateQueries({ queryKey: keys.flows });
      toast.success(t('published', { number: result.flow.publishedVersion ?? 0 }));
    } catch (error) {
      toast.error(errorText(error));
    }
  };

  const unpublish = async () => {
    try {
      const unpublished = await unpublishFlow(flowId);
      autosave.took(unpublished);
      setStatus(unpublished);
      void queryClient.invalidateQueries({ queryKey: keys.flows });
      toast.success(t('unpublished'));
    } catch (error) {
      toast.error(errorText(error));
    }
  };

  const restore = async (version: number) => {
    if (!(await autosave.flush())) return;
    try {
      autosave.adopt(await restoreVersion(flowId, version));
      setIsHistoryOpen(false);
      toast.success(t('restored', { number: version }));
    } catch (error) {
      toast.error(errorText(error));
    }
  };

  const actions = useMemo(
    () => ({ save: () => void autosave.flush(), testRun: () => void testRun(false) }),
    [autosave, testRun],
  );
  useKeys(commands, actions);
  usePageCommands(
    useMemo(
      () => [
        { id: 'add', label: t('addNode'), shortcut: '/', run: commands.openQuickAdd },
        { id: 'test', label: t('testRun'), run: () => void testRun(false) },
        { id: 'dry', label: t('dryRun'), run: () => void testRun(true) },
        { id: 'tidy', label: t('tidy'), run: commands.tidy },
        { id: 'fit', label: t('fit'), shortcut: '⇧ 1', run: commands.fit },
        { id: 'note', label: t('addNote'), run: commands.addSticky },
        { id: 'disable', label: t('disableNode'), run: commands.toggleDisabled },
        { id: 'history', label: t('history'), run: () => setIsHistoryOpen(true) },
        {
          id: 'shortcuts',
          label: t('shortcuts'),
          shortcut: '?',
          run: () => ui.setState({ isShortcutSheetOpen: true }),
        },
      ],
      [t, commands, testRun, ui],
    ),
  );
  const name = useStore(flow, (state) => state.name);

  return (
    <div className="flex h-full min-h-0 min-w-0 flex-col">
      <title>{`${name} · Replygraph`}</title>
      <h1 className="sr-only">{name}</h1>
      <TopBar
        status={status}
        saveState={autosave.state}
        saveMessage={autosave.message}
        phone={phone}
        onTestRun={(dryRun) => void testRun(dryRun)}
      >
        <PublishButton
          isPublished={status.publishedVersion !== null}
          isPaused={opened.pausedAt !== null}
          onPause={(isPaused) => setPaused({ id: flowId, isPaused })}
          onPublish={publish}
          onUnpublish={unpublish}
          onShowHistory={() => setIsHistoryOpen(true)}
          onExport={() => downloadFlow(flow.getState(), [...session.types.values()])}
        />
      </TopBar>
      {opened.pausedAt && (
        <PauseBanner
          waiting={opened.queuedExecutions}
          isBusy={isPauseBusy}
          disabledReason={session.isReadOnly ? t('viewerOnly') : undefined}
          onResume={() => setPaused({ id: flowId, isPaused: false })}
        />
      )}
      <div className="flex min-h-0 flex-1">
        {showsRuns ? (
          <div className="min-w-0 flex-1 overflow-y-auto p-4">
            <ExecutionList flowId={flowId} />
          </div>
        ) : (
          <>
            {!session.isReadOnly && <Palette onAdd={commands.add} />}
            <div className="flex min-w-0 flex-1 flex-col">
              <div className="relative min-h-0 flex-1">
                <CanvasToolbar commands={commands} />
                <Canvas commands={commands} />
                {autosave.isChangedElsewhere && (
                  <p
                    role="status"
                    className="absolute top-3 left-1/2 z-10 -translate-x-1/2 rounded-md border border-border bg-popover px-3 py-1.5 text-xs shadow-raised"
                  >
                    {t('changedElsewhere')}{' '}
                    <button
                      type="button"
                      className="font-medium text-primary hover:underline"
                      onClick={() => void autosave.reload()}
                    >
                      {t('loadIt')}
                    </button>
                  </p>
                )}
              </div>
              <ProblemList commands={commands} />
              <RunStrip onShow={runs.show} onHide={runs.hide} />
            </div>
            <Inspector />
          </>
        )}
        {phone.isShown && (
          <Suspense fallback={<div className="h-full w-88 shrink-0 border-l border-border bg-muted/50" />}>
            <SandboxPhone />
          </Suspense>
        )}
      </div>
      <QuickAddList commands={commands} />
      <ShortcutSheet />
      <VersionHistory isOpen={isHistoryOpen} onClose={() => setIsHistoryOpen(false)} onRestore={restore} />
      <ConflictDialog
        theirs={conflict}
        onLoadTheirs={() => {
          if (conflict) autosave.adopt(conflict);
        }}
        onKeepMine={autosave.keepMine}
        onDownload={() => downloadFlow(flow.getState(), [...session.types.values()])}
      />
      <span className="sr-only" aria-live="polite">
        {announcement}
      </span>
    </div>
  );
}
