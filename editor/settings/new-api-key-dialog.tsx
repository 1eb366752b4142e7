import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, fieldErrors } from '../api/client.ts';
import { keys } from '../api/queries.ts';
import { FormError } from '../setup/form-error.tsx';
import { Button } from '../ui/button.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import { Input } from '../ui/input.tsx';
import { Select } from '../ui/select.tsx';

const ROLES = ['viewer', 'editor', 'admin'] as const;

/** Makes an API key and shows it, this once. */
export function NewApiKeyDialog({
  open,
  onOpenChange,
}: {
  open: boolean;
  onOpenChange(open: boolean): void;
}) {
  const { t } = useTranslation('settings');
  const { t: app } = useTranslation('app');
  const client = useQueryClient();
  const [name, setName] = useState('');
  const [role, setRole] = useState('editor');
  const create = useMutation({
    mutationFn: () => api.post<{ id: string; key: string }>('/api/v1/api-keys', { name, role }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.apiKeys }),
  });
  const close = (isOpen: boolean) => {
    onOpenChange(isOpen);
    if (isOpen) return;
    create.reset();
    setName('');
  };
  if (create.data) {
    return (
      <Dialog
        open={open}
        onOpenChange={close}
        title={t('apiKeys.created')}
        description={t('apiKeys.createdText')}
        footer={
          <Button variant="primary" onClick={() => close(false)}>
            {t('apiKeys.done')}
          </Button>
        }
      >
        <div className="flex items-center gap-2 rounded-md border border-border bg-muted py-1 pr-1 pl-3">
          <code className="min-w-0 flex-1 text-xs break-all">{create.data.key}</code>
          <CopyButton text={create.data.key} />
        </div>
      </Dialog>
    );
  }
  const errors = fieldErrors(create.error);
  return (
    <Dialog open={open} onOpenChange={close} title={t('apiKeys.new')} description={t('apiKeys.newText')}>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate();
        }}
      >
        <Field title={t('apiKeys.name')} error={errors.name}>
          {(control) => (
            <Input
              {...control}
              value={name}
              required
              maxLength={100}
              placeholder={t('apiKeys.namePlaceholder')}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        <Field title={t('role')} help={t(`roleHelp.${role}`)} error={errors.role}>
          {(control) => (
            <Select
              {...control}
              value={role}
              onValueChange={setRole}
              options={ROLES.map((value) => ({ value, label: app(`role.${value}`) }))}
            />
          )}
        </Field>
        <FormError error={create.error} />
        <Button type="submit" variant="primary" className="self-end" isBusy={create.isPending}>
          {t('apiKeys.create')}
        </Button>
      </form>
    </Dialog>
  );
}
