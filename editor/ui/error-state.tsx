import { RotateCw, TriangleAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { errorText } from '../api/client.ts';
import { Button } from './button.tsx';

export type ErrorStateProps = { error: unknown; onRetry?: () => void; title?: string };

/** What a page or list shows when it could not be loaded. */
export function ErrorState({ error, onRetry, title }: ErrorStateProps) {
  const { t } = useTranslation('ui');
  return (
    <div role="alert" className="flex flex-col items-center gap-3 px-6 py-12 text-center">
      <TriangleAlert className="size-6 text-destructive" aria-hidden />
      <div className="max-w-md">
        <p className="font-medium">{title ?? t('error.title')}</p>
        <p className="mt-1 text-sm text-muted-foreground">{errorText(error)}</p>
      </div>
      {onRetry && (
        <Button onClick={onRetry}>
          <RotateCw aria-hidden />
          {t('retry')}
        </Button>
      )}
    </div>
  );
}
