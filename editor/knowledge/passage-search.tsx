import { useMutation } from '@tanstack/react-query';
import { Search } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { z } from 'zod';
import type { searchedBySchema } from '../../server/contract/knowledge.ts';
import type { passageSchema } from '../../server/contract/shapes.ts';
import { api } from '../api/client.ts';
import { FormError } from '../setup/form-error.tsx';
import { Badge } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { cardStyle } from '../ui/card.tsx';
import { cn } from '../ui/cn.ts';
import { Input } from '../ui/input.tsx';
import { PassageWhyLine } from './passage-why.tsx';

type Passage = z.output<typeof passageSchema>;
type Found = { items: Passage[]; searchedBy: z.output<typeof searchedBySchema> };

/** Asks a base what a flow would ask, and shows what comes back. */
export function PassageSearch({ baseId }: { baseId: string }) {
  const { t, i18n } = useTranslation('knowledge');
  const [query, setQuery] = useState('');
  const search = useMutation({
    mutationFn: (query: string) =>
      api.post<Found>(`/api/v1/knowledge-bases/${baseId}/search`, { query, limit: 5 }),
  });
  const score = (value: number) => value.toLocaleString(i18n.language, { maximumFractionDigits: 3 });
  return (
    <div className={cn(cardStyle, 'flex flex-col gap-3 p-3')}>
      {/* biome-ignore lint/a11y/useSemanticElements: a form that is a search landmark. */}
      <form
        role="search"
        className="flex gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          if (query.trim() !== '') search.mutate(query.trim());
        }}
      >
        <div className="relative flex-1">
          <Search className="absolute top-2 left-2.5 size-4 text-muted-foreground" aria-hidden />
          <Input
            type="search"
            aria-label={t('search')}
            placeholder={t('search.placeholder')}
            value={query}
            maxLength={1_000}
            onChange={(event) => setQuery(event.target.value)}
            className="pl-8"
          />
        </div>
        <Button type="submit" isBusy={search.isPending}>
          {t('search.submit')}
        </Button>
      </form>
      <FormError error={search.error} />
      <div aria-live="polite">
        {search.data?.items.length === 0 && <p className="text-muted-foreground">{t('search.nothing')}</p>}
        {search.data && search.data.items.length > 0 && (
          <ol className="flex flex-col gap-2">
            {search.data.items.map((passage) => (
              <li key={passage.id} className="rounded-md bg-muted px-3 py-2">
                <p className="flex items-center gap-2">
                  <span className="min-w-0 flex-1 truncate text-xs font-medium">
                    {passage.title}
                    {passage.page !== undefined && ` · ${t('page.number', { page: passage.page })}`}
                  </span>
                  <Badge title={t('score.help')}>{t('score', { score: score(passage.score) })}</Badge>
                </p>
                <p className="mt-1 whitespace-pre-wrap">{passage.text}</p>
                <PassageWhyLine why={passage.why} />
              </li>
            ))}
          </ol>
        )}
        {search.data && (
          <p className="mt-2 text-xs text-muted-foreground">
            {search.data.searchedBy.meaning
              ? t('searched.both', { model: search.data.searchedBy.meaning })
              : t('searched.words')}
          </p>
        )}
      </div>
    </div>
  );
}
