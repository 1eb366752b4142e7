import { Cpu } from 'lucide-react';
import { Badge } from '../../ui/badge.tsx';
import { Card } from '../../ui/card.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { SkeletonList } from '../../ui/skeleton.tsx';
import { useAiConnections } from './ai-queries.ts';
import { ProviderCard } from './provider-card.tsx';
import { useAiText } from './texts.ts';

/** Which providers can be used, with whose key, and whether they answer. */
export function ModelsPage() {
  const t = useAiText();
  const connections = useAiConnections();
  return (
    <div className="flex flex-col gap-3">
      <p className="text-muted-foreground">{t('models.text')}</p>
      <Card className="flex items-start gap-3 p-4">
        <span className="flex size-9 shrink-0 items-center justify-center rounded-md bg-category-ai/12 text-category-ai">
          <Cpu className="size-5" aria-hidden />
        </span>
        <div className="min-w-0 flex-1">
          <h2 className="flex flex-wrap items-center gap-2 font-medium">
            {t('builtin')}
            <Badge>{t('builtin.basic')}</Badge>
          </h2>
          <p className="text-muted-foreground">{t('builtin.text')}</p>
        </div>
      </Card>
      {connections.isPending && <SkeletonList rows={6} className="*:h-20" />}
      {connections.error && (
        <ErrorState error={connections.error} onRetry={() => void connections.refetch()} />
      )}
      <ul className="flex flex-col gap-3">
        {connections.data?.map((connection) => (
          <ProviderCard key={connection.provider} connection={connection} />
        ))}
      </ul>
    </div>
  );
}
