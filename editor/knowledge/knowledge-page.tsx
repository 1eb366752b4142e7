import { BookOpen, Plus } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { NavLink, useParams } from 'react-router';
import type { KnowledgeBase } from '../../server/contract/shapes.ts';
import { useKnowledgeBases } from '../api/queries.ts';
import { Page } from '../app/page.tsx';
import { useReadOnlyReason } from '../app/use-read-only.ts';
import { Button } from '../ui/button.tsx';
import { cn } from '../ui/cn.ts';
import { EmptyState } from '../ui/empty-state.tsx';
import { ErrorState } from '../ui/error-state.tsx';
import { walkList } from '../ui/list-keys.ts';
import { SkeletonList } from '../ui/skeleton.tsx';
import { BaseView } from './base-view.tsx';
import { NewBaseDialog } from './new-base-dialog.tsx';
import { SuggestionList } from './suggestion-list.tsx';

/** What flows can look up: bases at the left, the chosen one beside. */
export function KnowledgePage() {
  const { t } = useTranslation('knowledge');
  const { id } = useParams();
  const bases = useKnowledgeBases();
  const readOnlyReason = useReadOnlyReason();
  const [isCreating, setIsCreating] = useState(false);
  const chosen = bases.items?.find((base) => base.id === id) ?? bases.items?.[0];
  const newButton = (
    <Button variant="primary" disabledReason={readOnlyReason} onClick={() => setIsCreating(true)}>
      <Plus aria-hidden />
      {t('new')}
    </Button>
  );
  return (
    <Page title={t('title')} description={t('description')} actions={newButton}>
      {bases.isPending && <SkeletonList rows={3} />}
      {bases.error && <ErrorState error={bases.error} onRetry={() => bases.refetch()} />}
      {bases.items?.length === 0 && (
        <EmptyState icon={BookOpen} title={t('empty.title')} action={newButton}>
          {t('empty.text')}
        </EmptyState>
      )}
      <SuggestionList readOnlyReason={readOnlyReason} />
      {bases.items && chosen && (
        <div className="grid gap-4 md:grid-cols-[14rem_1fr]">
          <BaseList bases={bases.items} chosen={chosen} />
          <BaseView key={chosen.id} base={chosen} />
        </div>
      )}
      <NewBaseDialog open={isCreating} onOpenChange={setIsCreating} />
    </Page>
  );
}

function BaseList({ bases, chosen }: { bases: readonly KnowledgeBase[]; chosen: KnowledgeBase }) {
  const { t } = useTranslation('knowledge');
  return (
    <nav aria-label={t('bases')}>
      <ul className="flex gap-1 overflow-x-auto md:flex-col" onKeyDown={walkList}>
        {bases.map((base) => (
          <li key={base.id} className="min-w-0 max-md:shrink-0">
            <NavLink
              to={`/knowledge/${base.id}`}
              data-list-item
              aria-current={base === chosen ? 'page' : undefined}
              className={cn(
                'flex flex-col rounded-md px-3 py-1.5 hover:bg-muted',
                base === chosen && 'bg-accent text-accent-foreground hover:bg-accent',
              )}
            >
              <span className="truncate font-medium">{base.name}</span>
              <span className={cn('text-xs', base !== chosen && 'text-muted-foreground')}>
                {t('documentCount', { count: base.documentCount })}
              </span>
            </NavLink>
          </li>
        ))}
      </ul>
    </nav>
  );
}
