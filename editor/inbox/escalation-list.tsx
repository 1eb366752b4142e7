import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Check, LifeBuoy } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import type { Escalation } from '../../server/contract/shapes.ts';
import { api, errorText } from '../api/client.ts';
import { keys, useEscalations } from '../api/queries.ts';
import { useReadOnlyReason } from '../app/use-read-only.ts';
import { Button } from '../ui/button.tsx';
import { cardStyle } from '../ui/card.tsx';
import { cn } from '../ui/cn.ts';
import { EmptyState } from '../ui/empty-state.tsx';
import { ErrorState } from '../ui/error-state.tsx';
import { LoadMore } from '../ui/load-more.tsx';
import { SkeletonList } from '../ui/skeleton.tsx';
import { FactList, messageOf, PersonLine, personOf } from './person-message.tsx';

/** Conversations that a flow handed to a person. */
export function EscalationList() {
  const { t } = useTranslation('inbox');
  const escalations = useEscalations();
  return (
    <>
      {escalations.isPending && <SkeletonList rows={4} className="h-28" />}
      {escalations.error && <ErrorState error={escalations.error} onRetry={() => escalations.refetch()} />}
      {escalations.items?.length === 0 && (
        <EmptyState icon={LifeBuoy} title={t('escalations.empty')}>
          {t('escalations.emptyText')}
        </EmptyState>
      )}
      <ul className="flex flex-col gap-3">
        {escalations.items?.map((escalation) => (
          <EscalationCard key={escalation.id} escalation={escalation} />
        ))}
      </ul>
      <LoadMore {...escalations} />
    </>
  );
}

function EscalationCard({ escalation }: { escalation: Escalation }) {
  const { t } = useTranslation('inbox');
  const client = useQueryClient();
  const readOnlyReason = useReadOnlyReason();
  const resolve = useMutation({
    mutationFn: () => api.post<Escalation>(`/api/v1/escalations/${escalation.id}/resolve`),
    onSuccess: () => {
      toast.success(t('resolved'));
      return client.invalidateQueries({ queryKey: keys.escalations });
    },
    onError: (error) => toast.error(errorText(error)),
  });
  const person = personOf(escalation.event, t('someone'));
  return (
    <li className={cn(cardStyle, 'flex flex-col gap-2.5 p-4')}>
      <div className="flex items-start gap-3">
        <div className="min-w-0 flex-1">
          <h2 className="truncate font-medium">{person}</h2>
          <PersonLine {...escalation} />
        </div>
        <Button
          size="sm"
          isBusy={resolve.isPending}
          disabledReason={readOnlyReason}
          aria-label={t('resolveNamed', { person })}
          onClick={() => resolve.mutate()}
        >
          <Check aria-hidden />
          {t('resolve')}
        </Button>
      </div>
      <p className="font-medium">{escalation.reason}</p>
      <blockquote className="border-l-2 border-border pl-3 whitespace-pre-wrap">
        {messageOf(escalation.event, escalation.context)}
      </blockquote>
      <FactList context={escalation.context} />
    </li>
  );
}
