import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { LiveEvent } from '../../server/contract/live.ts';
import type { Flow } from '../../server/contract/shapes.ts';
import { keys } from '../api/queries.ts';
import { Autosave, type SaveState } from './autosave.ts';
import { loadFlow, saveFlow } from './flow-api.ts';
import type { FlowContent } from './flow-store.ts';
import type { Session } from './session.tsx';
import type { FlowStatus } from './top-bar.tsx';

/** Ties the flow's store to the server: saves what changes, and knows when somebody else saved. */
export function useAutosave(session: Session, opened: Flow) {
  const { flow, flowId, ui, isReadOnly } = session;
  const queryClient = useQueryClient();
  const [state, setState] = useState<SaveState>('saved');
  const [message, setMessage] = useState('');
  const [conflict, setConflict] = useState<Flow | null>(null);
  const [status, setStatus] = useState<FlowStatus>(opened);
  const [isChangedElsewhere, setIsChangedElsewhere] = useState(false);
  const opening = useRef(opened);

  const autosave = useMemo(
    () =>
      new Autosave<Flow>({
        revision: opening.current.revision,
        content: contentOf(opening.current),
        save: (content, revision, options) => saveFlow(flowId, content, revision, options),
        onState: (next, text) => {
          setState(next);
          setMessage(text ?? '');
          if (next === 'conflict') void loadFlow(flowId).then(setConflict, () => setState('offline'));
        },
        onSaved: (saved) => {
          queryClient.setQueryData(keys.flow(flowId), saved);
          setStatus(saved);
          ui.setState({ problems: saved.problems });
        },
      }),
    [flowId, queryClient, ui],
  );

  useEffect(() => {
    // The store's graph, not the loaded one, is what unchanged means from here on.
    autosave.adopt(flow.getState(), opening.current.revision);
    const unsubscribe = flow.subscribe(({ name, graph }, before) => {
      if (!isReadOnly && (graph !== before.graph || name !== before.name)) autosave.changed({ name, graph });
    });
    const onHide = () => {
      if (document.visibilityState === 'hidden') void autosave.flush({ keepalive: true });
    };
    const onPageHide = () => void autosave.flush({ keepalive: true });
    const onOnline = () => void autosave.flush();
    const onBeforeUnload = (event: BeforeUnloadEvent) => {
      if (autosave.hasUnsavedChanges) event.preventDefault();
    };
    document.addEventListener('visibilitychange', onHide);
    window.addEventListener('pagehide', onPageHide);
    window.addEventListener('online', onOnline);
    window.addEventListener('beforeunload', onBeforeUnload);
    return () => {
      unsubscribe();
      void autosave.flush({ keepalive: true });
      document.removeEventListener('visibilitychange', onHide);
      window.removeEventListener('pagehide', onPageHide);
      window.removeEventListener('online', onOnline);
      window.removeEventListener('beforeunload', onBeforeUnload);
    };
  }, [autosave, flow, isReadOnly]);

  /** The server's flow becomes what is edited: after a conflict, a restore, or a save in another tab. */
  const adopt = useCallback(
    (theirs: Flow) => {
      const content = contentOf(theirs);
      autosave.adopt(content, theirs.revision);
      flow.getState().replace(content);
      queryClient.setQueryData(keys.flow(flowId), theirs);
      ui.setState({ problems: theirs.problems });
      setStatus(theirs);
      setConflict(null);
      setIsChangedElsewhere(false);
    },
    [autosave, flow, flowId, queryClient, ui],
  );

  /** An answer that has a newer revision of the same content (publish). */
  const took = useCallback(
    (theirs: Flow) => {
      autosave.adoptRevision(theirs.revision);
      queryClient.setQueryData(keys.flow(flowId), theirs);
      ui.setState({ problems: theirs.problems });
    },
    [autosave, flowId, queryClient, ui],
  );

  const keepMine = useCallback(async () => {
    const latest = await loadFlow(flowId);
    setConflict(null);
    setIsChangedElsewhere(false);
    return autosave.keepMine(latest.revision);
  }, [autosave, flowId]);

  /** `flow.saved` comes for our own saves too; one above the revision that we know is somebody else's. */
  const heardOfSave = useCallback(
    (event: LiveEvent) => {
      const data = event.data;
      const revision: unknown =
        data !== null && typeof data === 'object' ? Reflect.get(data, 'revision') : undefined;
      if (typeof revision !== 'number') return;
      void autosave.settled().then(() => {
        if (revision > autosave.revision) setIsChangedElsewhere(true);
      });
    },
    [autosave],
  );

  const reload = useCallback(async () => adopt(await loadFlow(flowId)), [adopt, flowId]);
  const flush = useCallback(() => autosave.flush(), [autosave]);

  return useMemo(
    () => ({
      state,
      message,
      status,
      setStatus,
      conflict,
      isChangedElsewhere,
      adopt,
      took,
      keepMine,
      heardOfSave,
      reload,
      flush,
    }),
    [state, message, status, conflict, isChangedElsewhere, adopt, took, keepMine, heardOfSave, reload, flush],
  );
}

function contentOf({ name, graph }: Flow): FlowContent {
  return { name, graph };
}
