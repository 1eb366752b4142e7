import {
  ChevronDown,
  CircleAlert,
  CirclePause,
  CirclePlay,
  Download,
  History,
  PowerOff,
  Upload,
} from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from '../ui/dropdown-menu.tsx';
import { Textarea } from '../ui/textarea.tsx';
import { useSession, useUi } from './session.tsx';
import { useCanvasText } from './texts.ts';

type PublishButtonProps = {
  isPublished: boolean;
  isPaused: boolean;
  onPause(isPaused: boolean): void;
  onPublish(note: string): Promise<void>;
  onUnpublish(): Promise<void>;
  onShowHistory(): void;
  onExport(): void;
};

/** Publishes at once; with a note, the history, pause, unpublish and export in the menu beside it. */
export function PublishButton(props: PublishButtonProps) {
  const { isPublished, isPaused, onPause, onPublish, onUnpublish, onShowHistory, onExport } = props;
  const { ui, isReadOnly } = useSession();
  const t = useCanvasText();
  const { t: flows } = useTranslation('flows');
  const [isBusy, setIsBusy] = useState(false);
  const [note, setNote] = useState<string | null>(null);
  const errors = useUi((state) => state.problems.filter((problem) => problem.severity === 'error').length);
  const all = useUi((state) => state.problems.length);
  const reason = isReadOnly ? t('viewerOnly') : undefined;

  const publish = async (withNote: string) => {
    setIsBusy(true);
    await onPublish(withNote);
    setIsBusy(false);
    setNote(null);
  };

  return (
    <div className="flex items-center gap-1.5">
      {all > 0 && (
        <button
          type="button"
          className={`flex h-8 items-center gap-1 rounded-md px-2 text-xs font-medium hover:bg-muted ${errors > 0 ? 'text-destructive' : 'text-state-waiting'}`}
          onClick={() => ui.setState((state) => ({ isProblemListOpen: !state.isProblemListOpen }))}
        >
          <CircleAlert className="size-4" aria-hidden />
          {t('problemCount', { count: all })}
        </button>
      )}
      <div className="flex">
        <Button
          variant="primary"
          data-coach="publish"
          className="rounded-r-none"
          isBusy={isBusy}
          disabledReason={reason}
          onClick={() => void publish('')}
        >
          {t('publish')}
        </Button>
        <DropdownMenu>
          <DropdownMenuTrigger asChild>
            <Button
              variant="primary"
              size="icon"
              className="w-7 rounded-l-none border-l border-primary-foreground/30"
              aria-label={t('publishMenu')}
            >
              <ChevronDown aria-hidden />
            </Button>
          </DropdownMenuTrigger>
          <DropdownMenuContent align="end">
            <DropdownMenuItem
              icon={<Upload aria-hidden />}
              disabled={isReadOnly}
              onSelect={() => setNote('')}
            >
              {t('publishWithNote')}
            </DropdownMenuItem>
            <DropdownMenuItem
              icon={isPaused ? <CirclePlay aria-hidden /> : <CirclePause aria-hidden />}
              disabled={isReadOnly || !isPublished}
              onSelect={() => onPause(!isPaused)}
            >
              {flows(isPaused ? 'resume' : 'pause')}
            </DropdownMenuItem>
            <DropdownMenuItem
              icon={<PowerOff aria-hidden />}
              disabled={isReadOnly || !isPublished}
              onSelect={() => void onUnpublish()}
            >
              {t('unpublish')}
            </DropdownMenuItem>
            <DropdownMenuSeparator />
            <DropdownMenuItem icon={<History aria-hidden />} onSelect={onShowHistory}>
              {t('history')}
            </DropdownMenuItem>
            <DropdownMenuItem icon={<Download aria-hidden />} onSelect={onExport}>
              {t('export')}
            </DropdownMenuItem>
          </DropdownMenuContent>
        </DropdownMenu>
      </div>
      <Dialog
        open={note !== null}
        onOpenChange={(open) => !open && setNote(null)}
        title={t('publishWithNote')}
        description={t('publishNoteHelp')}
        footer={
          <Button variant="primary" isBusy={isBusy} onClick={() => void publish(note ?? '')}>
            {t('publish')}
          </Button>
        }
      >
        <Textarea
          aria-label={t('note')}
          rows={3}
          maxLength={500}
          value={note ?? ''}
          onChange={(event) => setNote(event.target.value)}
        />
      </Dialog>
    </div>
  );
}
