import { useQueryClient } from '@tanstack/react-query';
import { CircleAlert, KeyRound, Pencil, Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { toast } from 'sonner';
import type { AiConnection } from '../../../server/contract/ai.ts';
import { api, errorText } from '../../api/client.ts';
import { keys } from '../../api/queries.ts';
import { useReadOnlyReason } from '../../app/use-read-only.ts';
import { ConfirmDialog } from '../../ui/alert-dialog.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Button, IconButton } from '../../ui/button.tsx';
import { cardStyle } from '../../ui/card.tsx';
import { cn } from '../../ui/cn.ts';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { aiKeys } from './ai-queries.ts';
import { ConnectionDialog } from './connection-dialog.tsx';
import { ConnectionTest } from './connection-test.tsx';
import type { ProviderState } from './providers.ts';
import { PROVIDER_LOOKS, providerState } from './providers.ts';
import { useAiText } from './texts.ts';
import { useProviderLabel } from './use-provider-label.ts';
import { useSingleMutation } from './use-single-mutation.ts';

const TONES: Record<ProviderState, 'success' | 'danger' | 'accent' | 'neutral'> = {
  ownKey: 'success',
  ownAddress: 'success',
  unreadable: 'danger',
  environment: 'accent',
  none: 'neutral',
};

/** One provider: whose key it has, the key changed or removed, and a test. */
export function ProviderCard({ connection }: { connection: AiConnection }) {
  const t = useAiText();
  const { provider } = connection;
  const name = useProviderLabel()(provider);
  const readOnlyReason = useReadOnlyReason('admin');
  const [isEditing, setIsEditing] = useState(false);
  const state = providerState(connection);
  const isOwn = connection.source === 'workspace' || connection.hasKey || connection.baseUrl !== null;
  const { takesKey } = PROVIDER_LOOKS[provider];
  const action = isOwn ? 'change' : takesKey ? 'addKey' : 'addAddress';
  return (
    <li className={cn(cardStyle, 'flex flex-col gap-3 p-4')}>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <div className="min-w-0 flex-1 basis-52">
          <h2 className="flex flex-wrap items-center gap-2 font-medium">
            {name}
            <Badge tone={TONES[state]}>
              {state === 'unreadable' ? <CircleAlert aria-hidden /> : <KeyRound aria-hidden />}
              {t(`state.${state}`)}
            </Badge>
          </h2>
          <About connection={connection} state={state} />
        </div>
        <div className="flex items-center gap-1">
          <Button
            aria-label={t(`${action}.named`, { name })}
            disabledReason={readOnlyReason}
            onClick={() => setIsEditing(true)}
          >
            {isOwn ? <Pencil aria-hidden /> : <Plus aria-hidden />}
            {t(action)}
          </Button>
          {isOwn && <RemoveButton connection={connection} name={name} />}
        </div>
      </div>
      {connection.source !== null && (
        <ConnectionTest key={connection.updatedAt} provider={provider} name={name} />
      )}
      {isEditing && (
        <ConnectionDialog connection={connection} name={name} onClose={() => setIsEditing(false)} />
      )}
    </li>
  );
}

function About({ connection, state }: { connection: AiConnection; state: ProviderState }) {
  const t = useAiText();
  const { variables } = PROVIDER_LOOKS[connection.provider];
  if (state === 'unreadable') return <p className="text-destructive">{t('state.unreadableText')}</p>;
  if (state === 'none') return <p className="text-muted-foreground">{t(`about.${connection.provider}`)}</p>;
  return (
    <p className="break-words text-muted-foreground">
      {state === 'environment' && t('fromVariable', { variable: variables[0] })}
      {state === 'ownKey' && t('ownKeyText')}
      {connection.baseUrl !== null && (
        <>
          {' '}
          <code className="text-xs">{connection.baseUrl}</code>
        </>
      )}
      {connection.updatedAt !== null && (
        <>
          {' '}
          {t('changed')} <RelativeTime at={connection.updatedAt} />.
        </>
      )}
    </p>
  );
}

function RemoveButton({ connection, name }: { connection: AiConnection; name: string }) {
  const t = useAiText();
  const client = useQueryClient();
  const readOnlyReason = useReadOnlyReason('admin');
  const [isAsking, setIsAsking] = useState(false);
  const remove = useSingleMutation({
    mutationFn: () => api.delete(`/api/v1/ai/connections/${connection.provider}`),
    onSuccess: () => toast.success(t('remove.done', { name })),
    onError: (error) => toast.error(errorText(error)),
    onSettled: async () => {
      await Promise.all([
        client.invalidateQueries({ queryKey: aiKeys.all }),
        client.invalidateQueries({ queryKey: keys.session }),
      ]);
      setIsAsking(false);
    },
  });
  return (
    <>
      <IconButton
        label={t('remove.named', { name })}
        disabledReason={readOnlyReason}
        onClick={() => setIsAsking(true)}
      >
        <Trash2 aria-hidden />
      </IconButton>
      <ConfirmDialog
        open={isAsking}
        onOpenChange={setIsAsking}
        title={t('remove.ask', { name })}
        description={t(connection.hasEnvironment ? 'remove.toEnvironment' : 'remove.toNothing')}
        confirmLabel={t('remove.confirm')}
        isBusy={remove.isPending}
        onConfirm={() => remove.mutate()}
      />
    </>
  );
}
