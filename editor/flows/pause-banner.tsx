import { CirclePause } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Button } from '../ui/button.tsx';

export type PauseBannerProps = {
  /** Events that wait. */
  waiting: number;
  isBusy: boolean;
  disabledReason: string | undefined;
  onResume(): void;
};

/** Says over an open flow that it is paused, what that means, and how to go on. */
export function PauseBanner({ waiting, isBusy, disabledReason, onResume }: PauseBannerProps) {
  const { t } = useTranslation('flows');
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-border bg-state-waiting/10 px-3 py-1.5">
      <CirclePause className="size-4 shrink-0 text-state-waiting" aria-hidden />
      <p role="status" className="font-medium">
        {t('pausedWith', { count: waiting })}
      </p>
      <p className="min-w-0 flex-1 text-muted-foreground">{t('pausedText')}</p>
      <Button size="sm" isBusy={isBusy} disabledReason={disabledReason} onClick={onResume}>
        {t('resume')}
      </Button>
    </div>
  );
}
