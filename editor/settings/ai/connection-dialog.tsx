import { useQueryClient } from '@tanstack/react-query';
import { ExternalLink } from 'lucide-react';
import { useState } from 'react';
import { toast } from 'sonner';
import type { AiConnection } from '../../../server/contract/ai.ts';
import { api, fieldErrors } from '../../api/client.ts';
import { keys } from '../../api/queries.ts';
import { FormError } from '../../setup/form-error.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field } from '../../ui/field.tsx';
import { Input } from '../../ui/input.tsx';
import { aiKeys } from './ai-queries.ts';
import { PROVIDER_LOOKS } from './providers.ts';
import { SaveOrCancel } from './save-or-cancel.tsx';
import { useAiText } from './texts.ts';
import { useSingleMutation } from './use-single-mutation.ts';

type ConnectionDialogProps = {
  connection: AiConnection;
  name: string;
  onClose(): void;
};

/** A key and an address of the workspace's own. A stored key is never shown; it stays when the field is left empty. */
export function ConnectionDialog({ connection, name, onClose }: ConnectionDialogProps) {
  const t = useAiText();
  const client = useQueryClient();
  const { provider, hasKey, hasEnvironment } = connection;
  const look = PROVIDER_LOOKS[provider];
  const [apiKey, setApiKey] = useState('');
  const [baseUrl, setBaseUrl] = useState(connection.baseUrl ?? '');
  const save = useSingleMutation({
    mutationFn: () =>
      api.put<AiConnection>(`/api/v1/ai/connections/${provider}`, {
        ...(apiKey.trim() && { apiKey: apiKey.trim() }),
        baseUrl: baseUrl.trim() || null,
      }),
    // What was sent holds the key: it is forgotten with the dialog.
    gcTime: 0,
    onSuccess: async () => {
      toast.success(t('connection.saved', { name }));
      await Promise.all([
        client.invalidateQueries({ queryKey: aiKeys.all }),
        client.invalidateQueries({ queryKey: keys.session }),
      ]);
      onClose();
    },
  });
  const errors = fieldErrors(save.error);
  const isMoved = hasKey && baseUrl.trim() !== (connection.baseUrl ?? '');
  const needsUrl = look.needsUrl && !hasEnvironment;
  return (
    <Dialog
      open
      onOpenChange={(isOpen) => !isOpen && !save.isPending && onClose()}
      title={name}
      description={t('connection.text')}
    >
      <form
        noValidate
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (!save.isPending) save.mutate();
        }}
      >
        {look.takesKey && (
          <Field
            title={t('apiKey')}
            help={
              hasKey ? t(isMoved ? 'apiKey.again' : 'apiKey.stored') : look.needsUrl && t('apiKey.optional')
            }
            error={errors.apiKey}
            action={
              look.keyPage !== null && (
                <a
                  href={look.keyPage}
                  target="_blank"
                  rel="noreferrer"
                  className="inline-flex items-center gap-1 rounded-sm text-xs text-primary underline underline-offset-2"
                >
                  {t('apiKey.get')}
                  <ExternalLink className="size-3" aria-hidden />
                </a>
              )
            }
          >
            {(control) => (
              <Input
                {...control}
                autoFocus
                type="password"
                autoComplete="new-password"
                spellCheck={false}
                maxLength={500}
                placeholder={hasKey ? '••••••••' : ''}
                value={apiKey}
                onChange={(event) => setApiKey(event.target.value)}
              />
            )}
          </Field>
        )}
        {look.takesUrl && (
          <Field
            title={t(needsUrl ? 'baseUrl' : 'baseUrl.optional')}
            help={t(
              look.needsUrl
                ? hasEnvironment
                  ? 'baseUrl.fromEnvironment'
                  : 'baseUrl.public'
                : 'baseUrl.usual',
              {
                variable: look.variables[0],
              },
            )}
            error={errors.baseUrl}
          >
            {(control) => (
              <Input
                {...control}
                type="url"
                inputMode="url"
                autoComplete="off"
                spellCheck={false}
                maxLength={500}
                placeholder={look.urlPlaceholder}
                value={baseUrl}
                onChange={(event) => setBaseUrl(event.target.value)}
              />
            )}
          </Field>
        )}
        <FormError error={save.error} />
        <SaveOrCancel isBusy={save.isPending} onCancel={onClose} />
      </form>
    </Dialog>
  );
}
