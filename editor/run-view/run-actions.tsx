import { useQueryClient } from '@tanstack/react-query';
import { Ban, FlaskConical, RotateCcw, StepForward } from 'lucide-react';
import { toast } from 'sonner';
import { errorText } from '../api/client.ts';
import { keys, useCan } from '../api/queries.ts';
import { actOnExecution } from '../canvas/flow-api.ts';
import { useCanvasText } from '../canvas/texts.ts';
import { Button } from '../ui/button.tsx';
import type { Run } from './run-state.ts';
import { isOver } from './run-state.ts';

type RunActionsProps = {
  run: Run;
  /** A run was started anew, or goes on. */
  onStarted(executionId: string): void;
  /** Takes the event of the run as the event of test runs. */
  onUseEvent?: (() => void) | undefined;
};

/** What can be done with a run: go on from the failed step, run the event again, cancel, take its event for testing. */
export function RunActions({ run, onStarted, onUseEvent }: RunActionsProps) {
  const t = useCanvasText();
  const queryClient = useQueryClient();
  const isAllowed = useCan('editor');

  const act = async (action: 'cancel' | 'retry' | 'replay') => {
    try {
      const started = await actOnExecution(run.id, action);
      void queryClient.invalidateQueries({ queryKey: keys.executions });
      void queryClient.invalidateQueries({ queryKey: keys.execution(run.id) });
      onStarted(started?.executionId ?? run.id);
      toast.success(t(`done.${action}`));
    } catch (error) {
      toast.error(errorText(error));
    }
  };
  const hint = isAllowed ? undefined : t('viewerOnly');

  return (
    <div className="flex flex-wrap items-center gap-1.5">
      {run.status === 'failed' && (
        <Button size="sm" disabledReason={hint} onClick={() => void act('retry')}>
          <StepForward className="size-3.5" aria-hidden />
          {t('retry')}
        </Button>
      )}
      {isOver(run.status) ? (
        <Button size="sm" disabledReason={hint} onClick={() => void act('replay')}>
          <RotateCcw className="size-3.5" aria-hidden />
          {t('replay')}
        </Button>
      ) : (
        <Button size="sm" disabledReason={hint} onClick={() => void act('cancel')}>
          <Ban className="size-3.5" aria-hidden />
          {t('cancelRun')}
        </Button>
      )}
      {onUseEvent && (
        <Button size="sm" onClick={onUseEvent}>
          <FlaskConical className="size-3.5" aria-hidden />
          {t('useEvent')}
        </Button>
      )}
    </div>
  );
}
