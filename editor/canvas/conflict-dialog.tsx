import { useState } from 'react';
import type { Flow } from '../../server/contract/shapes.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { ChangeList } from './change-list.tsx';
import { graphChanges } from './graph-changes.ts';
import { useFlow } from './session.tsx';
import { useCanvasText } from './texts.ts';

type ConflictDialogProps = {
  /** The flow as somebody else saved it; null while there is no conflict. */
  theirs: Flow | null;
  onLoadTheirs(): void;
  onKeepMine(): Promise<unknown>;
  onDownload(): void;
};

/** Two tabs or two people changed one flow: asks whose draft stays. Closing it is no answer, so it can't be closed. */
export function ConflictDialog({ theirs, onLoadTheirs, onKeepMine, onDownload }: ConflictDialogProps) {
  const t = useCanvasText();
  const mine = useFlow((state) => state.graph);
  const [isBusy, setIsBusy] = useState(false);
  return (
    <Dialog
      open={theirs !== null}
      onOpenChange={() => {}}
      title={t('conflictTitle')}
      description={t('conflictText')}
      footer={
        <>
          <Button onClick={onDownload}>{t('conflictDownload')}</Button>
          <Button
            isBusy={isBusy}
            onClick={async () => {
              setIsBusy(true);
              await onKeepMine();
              setIsBusy(false);
            }}
          >
            {t('conflictKeepMine')}
          </Button>
          <Button variant="primary" onClick={onLoadTheirs}>
            {t('conflictLoadTheirs')}
          </Button>
        </>
      }
    >
      {theirs && (
        <>
          <p className="pb-1 text-xs text-muted-foreground">{t('conflictDifference')}</p>
          <ChangeList changes={graphChanges(theirs.graph, mine)} />
        </>
      )}
    </Dialog>
  );
}
