import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useBlocker } from 'react-router';
import { useReadOnlyReason } from '../../app/use-read-only.ts';
import { ConfirmDialog } from '../../ui/alert-dialog.tsx';
import { Button } from '../../ui/button.tsx';
import { cn } from '../../ui/cn.ts';
import { useAiText } from './texts.ts';

export type SaveBarProps = {
  isDirty: boolean;
  isBusy: boolean;
  onDiscard(): void;
};

/**
 * The end of a form: saves or discards, and asks before the page is left with changes. It stays in view, so that a field
 * that grows when it loses the focus does not move the button away from under the pointer. Its buttons are at the left:
 * notices come up at the right.
 */
export function SaveBar({ isDirty, isBusy, onDiscard }: SaveBarProps) {
  const t = useAiText();
  const { t: ui } = useTranslation('ui');
  const readOnlyReason = useReadOnlyReason('admin');
  return (
    <div
      className={cn(
        'sticky bottom-0 z-10 -mx-4 flex flex-wrap items-center gap-2 border-t border-transparent bg-background px-4 py-3 sm:mx-0 sm:px-0',
        isDirty && 'border-border',
      )}
    >
      <Button
        type="submit"
        variant="primary"
        disabled={!isDirty && readOnlyReason === undefined}
        disabledReason={readOnlyReason}
        isBusy={isBusy}
      >
        {ui('save')}
      </Button>
      {isDirty && (
        <Button variant="ghost" onClick={onDiscard}>
          {t('discard')}
        </Button>
      )}
      <p role="status" className="text-xs text-muted-foreground">
        {isDirty && t('unsaved')}
      </p>
      <LeaveGuard isDirty={isDirty && !isBusy} />
    </div>
  );
}

/** Asks before changes are lost: by a link of the editor in words of ours, by closing the window in the browser's. */
function LeaveGuard({ isDirty }: { isDirty: boolean }) {
  const t = useAiText();
  const blocker = useBlocker(
    ({ currentLocation, nextLocation }) => isDirty && currentLocation.pathname !== nextLocation.pathname,
  );
  useEffect(() => {
    if (!isDirty) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [isDirty]);
  return (
    <ConfirmDialog
      open={blocker.state === 'blocked'}
      onOpenChange={(isOpen) => !isOpen && blocker.reset?.()}
      title={t('leave')}
      description={t('leaveText')}
      confirmLabel={t('leaveConfirm')}
      onConfirm={() => blocker.proceed?.()}
    />
  );
}
