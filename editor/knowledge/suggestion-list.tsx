import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Check, X } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { toast } from 'sonner';
import type { Suggestion } from '../../server/contract/knowledge.ts';
import { api, errorText } from '../api/client.ts';
import { keys, useSuggestions } from '../api/queries.ts';
import { Button } from '../ui/button.tsx';
import { cardStyle } from '../ui/card.tsx';
import { cn } from '../ui/cn.ts';
import { Field } from '../ui/field.tsx';
import { Input } from '../ui/input.tsx';
import { LoadMore } from '../ui/load-more.tsx';
import { Textarea } from '../ui/textarea.tsx';

/** Pairs that flows want to remember: a person puts them better, keeps or rejects them. Nothing is shown when none waits. */
export function SuggestionList({ readOnlyReason }: { readOnlyReason: string | undefined }) {
  const { t } = useTranslation('knowledge');
  const suggestions = useSuggestions();
  if (!suggestions.items || suggestions.items.length === 0) return null;
  return (
    <section aria-label={t('suggestions')} className="flex flex-col gap-2">
      <h2 className="font-medium">{t('suggestions')}</h2>
      <p className="text-muted-foreground">{t('suggestions.text')}</p>
      <ul className={cn(cardStyle, 'divide-y divide-border')}>
        {suggestions.items.map((suggestion) => (
          <SuggestionRow key={suggestion.id} suggestion={suggestion} readOnlyReason={readOnlyReason} />
        ))}
      </ul>
      <LoadMore {...suggestions} />
    </section>
  );
}

function SuggestionRow({
  suggestion,
  readOnlyReason,
}: {
  suggestion: Suggestion;
  readOnlyReason: string | undefined;
}) {
  const { t } = useTranslation('knowledge');
  const client = useQueryClient();
  const [question, setQuestion] = useState(suggestion.question);
  const [answer, setAnswer] = useState(suggestion.answer);
  const decide = useMutation({
    mutationFn: (decision: 'approve' | 'reject') =>
      api.post(
        `/api/v1/knowledge-suggestions/${suggestion.id}/${decision}`,
        decision === 'approve' ? { question, answer } : {},
      ),
    onSuccess: (_answer, decision) => toast.success(t(`suggestions.${decision}d`)),
    onError: (error) => toast.error(errorText(error)),
    // Refused: somebody else was first.
    onSettled: () => {
      void client.invalidateQueries({ queryKey: keys.suggestions });
      return client.invalidateQueries({ queryKey: keys.knowledgeBases });
    },
  });
  const isReadOnly = readOnlyReason !== undefined;
  return (
    <li className="flex flex-col gap-2 p-3">
      <Field title={t('pair.question')}>
        {(control) => (
          <Input
            {...control}
            value={question}
            maxLength={500}
            readOnly={isReadOnly}
            onChange={(event) => setQuestion(event.target.value)}
          />
        )}
      </Field>
      <Field title={t('pair.answer')}>
        {(control) => (
          <Textarea
            {...control}
            value={answer}
            maxLength={4_000}
            readOnly={isReadOnly}
            onChange={(event) => setAnswer(event.target.value)}
          />
        )}
      </Field>
      <div className="flex flex-wrap items-center gap-2">
        <p className="min-w-0 flex-1 truncate text-xs text-muted-foreground">
          {t('suggestions.for', { base: suggestion.knowledgeBaseName })}
          {suggestion.executionId && (
            <>
              {' · '}
              <Link className="underline" to={`/executions/${suggestion.executionId}`}>
                {t('suggestions.run')}
              </Link>
            </>
          )}
        </p>
        <Button disabledReason={readOnlyReason} onClick={() => decide.mutate('reject')}>
          <X aria-hidden />
          {t('suggestions.reject')}
        </Button>
        <Button
          variant="primary"
          disabledReason={readOnlyReason}
          isBusy={decide.isPending}
          onClick={() => decide.mutate('approve')}
        >
          <Check aria-hidden />
          {t('suggestions.approve')}
        </Button>
      </div>
    </li>
  );
}
