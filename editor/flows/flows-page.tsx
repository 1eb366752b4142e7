import { FileUp, LayoutTemplate, Plus, Search, Workflow } from 'lucide-react';
import { lazy, Suspense, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFlows } from '../api/queries.ts';
import { ModelBadge } from '../app/model-badge.tsx';
import { Page } from '../app/page.tsx';
import { useReadOnlyReason } from '../app/use-read-only.ts';
import { useSearchFilter } from '../app/use-search-filter.ts';
import { Button } from '../ui/button.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { ErrorState } from '../ui/error-state.tsx';
import { Input } from '../ui/input.tsx';
import { walkList } from '../ui/list-keys.ts';
import { LoadMore } from '../ui/load-more.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { useFlowActions } from './flow-actions.ts';
import { FlowCard } from './flow-card.tsx';

const TemplatesDialog = lazy(() =>
  import('./templates-dialog.tsx').then((module) => ({ default: module.TemplatesDialog })),
);

const gridStyle = 'grid gap-3 sm:grid-cols-2 xl:grid-cols-3';

/** All flows, as cards. */
export function FlowsPage() {
  const { t } = useTranslation('flows');
  const [typed, setTyped, search] = useSearchFilter('q');
  const flows = useFlows(search);
  const [isTemplatesOpen, setIsTemplatesOpen] = useState(false);
  const { createFlow, isCreating } = useFlowActions();
  const readOnlyReason = useReadOnlyReason();

  const newButton = (
    <Button
      variant="primary"
      isBusy={isCreating}
      disabledReason={readOnlyReason}
      onClick={() => createFlow({})}
    >
      {!isCreating && <Plus aria-hidden />}
      {t('new')}
    </Button>
  );
  const templatesButton = (
    <Button onClick={() => setIsTemplatesOpen(true)}>
      <LayoutTemplate aria-hidden />
      {t('templates')}
    </Button>
  );

  return (
    <Page
      title={t('title')}
      actions={
        <>
          <div className="relative max-sm:w-full">
            <Search className="absolute top-2 left-2.5 size-4 text-muted-foreground" aria-hidden />
            <Input
              type="search"
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
              placeholder={t('search')}
              aria-label={t('search')}
              className="pl-8 sm:w-56"
            />
          </div>
          <ImportButton readOnlyReason={readOnlyReason} />
          {templatesButton}
          {newButton}
        </>
      }
    >
      {flows.isPending && <FlowSkeletons />}
      {flows.error && <ErrorState error={flows.error} onRetry={() => flows.refetch()} />}
      {flows.items?.length === 0 &&
        (search ? (
          <EmptyState
            icon={Search}
            title={t('noMatch', { search })}
            action={<Button onClick={() => setTyped('')}>{t('clear')}</Button>}
          />
        ) : (
          <EmptyState
            icon={Workflow}
            title={t('empty.title')}
            action={
              <>
                {templatesButton}
                {newButton}
              </>
            }
          >
            {t('empty.text')}
          </EmptyState>
        ))}
      {flows.items && flows.items.length > 0 && (
        <ul className={gridStyle} onKeyDown={walkList}>
          {flows.items.map((flow) => (
            <FlowCard key={flow.id} flow={flow} />
          ))}
        </ul>
      )}
      <LoadMore {...flows} />
      <ModelBadge />
      {isTemplatesOpen && (
        <Suspense>
          <TemplatesDialog open={isTemplatesOpen} onOpenChange={setIsTemplatesOpen} />
        </Suspense>
      )}
    </Page>
  );
}

function ImportButton({ readOnlyReason }: { readOnlyReason: string | undefined }) {
  const { t } = useTranslation('flows');
  const { importFlow } = useFlowActions();
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button disabledReason={readOnlyReason} onClick={() => input.current?.click()}>
        <FileUp aria-hidden />
        {t('import')}
      </Button>
      <input
        ref={input}
        type="file"
        accept="application/json,.json"
        aria-label={t('import.choose')}
        className="hidden"
        onChange={(event) => {
          const file = event.target.files?.[0];
          if (file) importFlow(file);
          event.target.value = '';
        }}
      />
    </>
  );
}

function FlowSkeletons() {
  const { t } = useTranslation('ui');
  return (
    <div role="status" className={gridStyle}>
      <span className="sr-only">{t('loading')}</span>
      {['a', 'b', 'c'].map((key) => (
        <Skeleton key={key} className="h-44 rounded-lg" />
      ))}
    </div>
  );
}
