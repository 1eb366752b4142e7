import { useMutation, useQueryClient } from '@tanstack/react-query';
import { KeyRound, Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import type { ApiKey } from '../../server/contract/shapes.ts';
import { api, errorText } from '../api/client.ts';
import { keys, useApiKeys, useCan } from '../api/queries.ts';
import { useReadOnlyReason } from '../app/use-read-only.ts';
import { ConfirmDialog } from '../ui/alert-dialog.tsx';
import { Badge } from '../ui/badge.tsx';
import { Button, IconButton } from '../ui/button.tsx';
import { cardStyle } from '../ui/card.tsx';
import { cn } from '../ui/cn.ts';
import { EmptyState } from '../ui/empty-state.tsx';
import { ErrorState } from '../ui/error-state.tsx';
import { LoadMore } from '../ui/load-more.tsx';
import { RelativeTime } from '../ui/relative-time.tsx';
import { SkeletonList } from '../ui/skeleton.tsx';
import { NewApiKeyDialog } from './new-api-key-dialog.tsx';

/** Keys for programs: made once, shown once, revoked here. */
export function ApiKeyList() {
  const { t } = useTranslation('settings');
  const isAdmin = useCan('admin');
  const apiKeys = useApiKeys(isAdmin);
  const readOnlyReason = useReadOnlyReason('admin');
  const [isCreating, setIsCreating] = useState(false);
  const newButton = (
    <Button variant="primary" disabledReason={readOnlyReason} onClick={() => setIsCreating(true)}>
      <Plus aria-hidden />
      {t('apiKeys.new')}
    </Button>
  );
  return (
    <section className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-3">
        <p className="min-w-0 flex-1 text-muted-foreground">{t('apiKeys.text')}</p>
        {newButton}
      </div>
      {!isAdmin && <EmptyState icon={KeyRound} title={readOnlyReason ?? ''} />}
      {isAdmin && apiKeys.isPending && <SkeletonList rows={3} />}
      {apiKeys.error && <ErrorState error={apiKeys.error} onRetry={() => apiKeys.refetch()} />}
      {apiKeys.items?.length === 0 && (
        <EmptyState icon={KeyRound} title={t('apiKeys.empty')}>
          {t('apiKeys.emptyText')}
        </EmptyState>
      )}
      {apiKeys.items && apiKeys.items.length > 0 && (
        <ul className={cn(cardStyle, 'divide-y divide-border')}>
          {apiKeys.items.map((apiKey) => (
            <ApiKeyRow key={apiKey.id} apiKey={apiKey} />
          ))}
        </ul>
      )}
      <LoadMore {...apiKeys} />
      <NewApiKeyDialog open={isCreating} onOpenChange={setIsCreating} />
    </section>
  );
}

function ApiKeyRow({ apiKey }: { apiKey: ApiKey }) {
  const { t } = useTranslation('settings');
  const { t: app } = useTranslation('app');
  const client = useQueryClient();
  const [isAsking, setIsAsking] = useState(false);
  const revoke = useMutation({
    mutationFn: () => api.delete(`/api/v1/api-keys/${apiKey.id}`),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.apiKeys }),
    onError: (error) => toast.error(errorText(error)),
    onSettled: () => setIsAsking(false),
  });
  return (
    <li className="flex items-center gap-3 px-3 py-2">
      <div className="min-w-0 flex-1">
        <p className="flex items-center gap-2 font-medium">
          <span className="truncate">{apiKey.name}</span>
          <Badge>{app(`role.${apiKey.role}`)}</Badge>
        </p>
        <p className="text-xs text-muted-foreground">
          <code>{apiKey.prefix}…</code> ·{' '}
          {apiKey.lastUsedAt ? (
            <>
              {t('apiKeys.used')} <RelativeTime at={apiKey.lastUsedAt} />
            </>
          ) : (
            t('apiKeys.unused')
          )}
        </p>
      </div>
      <IconButton label={t('apiKeys.revoke', { name: apiKey.name })} onClick={() => setIsAsking(true)}>
        <Trash2 aria-hidden />
      </IconButton>
      <ConfirmDialog
        open={isAsking}
        onOpenChange={setIsAsking}
        title={t('apiKeys.revoke', { name: apiKey.name })}
        description={t('apiKeys.revokeText')}
        confirmLabel={t('apiKeys.revokeConfirm')}
        isBusy={revoke.isPending}
        onConfirm={() => revoke.mutate()}
      />
    </li>
  );
}
