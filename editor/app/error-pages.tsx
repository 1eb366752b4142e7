import { Compass } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link, useRouteError } from 'react-router';
import { Button } from '../ui/button.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { ErrorState } from '../ui/error-state.tsx';

/** Shown in place of a page that broke, or whose code could not be loaded (after an update of the server). */
export function RouteErrorPage() {
  const { t } = useTranslation();
  const error = useRouteError();
  return (
    <div className="p-6">
      <title>{t('error.title')}</title>
      <ErrorState error={error} title={t('error.title')} onRetry={() => location.reload()} />
    </div>
  );
}

/** An address that leads nowhere. */
export function UnknownPage() {
  const { t } = useTranslation();
  return (
    <div className="p-6">
      <title>{t('unknown.title')}</title>
      <h1 className="sr-only">{t('unknown.title')}</h1>
      <EmptyState
        icon={Compass}
        title={t('unknown.title')}
        action={
          <Button asChild variant="primary">
            <Link to="/flows">{t('unknown.action')}</Link>
          </Button>
        }
      >
        {t('unknown.text')}
      </EmptyState>
    </div>
  );
}
