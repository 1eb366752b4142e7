import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import type { Account } from '../../server/contract/shapes.ts';
import { api, fieldErrors } from '../api/client.ts';
import { keys } from '../api/queries.ts';
import { FormError } from '../setup/form-error.tsx';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import { Input } from '../ui/input.tsx';

const EMPTY = { username: '', externalId: '', accessToken: '' };

/**
 * Connects an account by the token that Meta's app dashboard gives; the server asks Instagram whose it is.
 * @param account that takes a new token
 */
export function AddAccountDialog({
  open,
  onOpenChange,
  account,
}: {
  open: boolean;
  onOpenChange(open: boolean): void;
  account?: Pick<Account, 'username' | 'externalId'>;
}) {
  const { t } = useTranslation('accounts');
  const client = useQueryClient();
  const startValues = {
    ...EMPTY,
    ...(account && { username: account.username, externalId: account.externalId }),
  };
  const [values, setValues] = useState(startValues);
  const add = useMutation({
    mutationFn: () =>
      api.post<Account>('/api/v1/accounts', {
        platform: 'instagram',
        externalId: values.externalId,
        accessToken: values.accessToken,
        username: values.username.trim().replace(/^@/, ''),
      }),
    onSuccess: async ({ username }) => {
      toast.success(t('added', { name: `@${username}` }));
      setValues(startValues);
      onOpenChange(false);
      await client.invalidateQueries({ queryKey: keys.accounts });
    },
  });
  const errors = fieldErrors(add.error);
  const bind = (name: keyof typeof values) => ({
    value: values[name],
    required: true,
    autoComplete: 'off',
    onChange: (event: { target: { value: string } }) => setValues({ ...values, [name]: event.target.value }),
  });
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={t('add')} description={t('add.text')}>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          add.mutate();
        }}
      >
        <Field title={t('username')} error={errors.username}>
          {(control) => <Input {...control} {...bind('username')} maxLength={64} placeholder="your.brand" />}
        </Field>
        <Field title={t('externalId')} help={t('externalIdHelp')} error={errors.externalId}>
          {(control) => <Input {...control} {...bind('externalId')} maxLength={64} inputMode="numeric" />}
        </Field>
        <Field title={t('token')} help={t('tokenHelp')} error={errors.accessToken}>
          {(control) => <Input {...control} {...bind('accessToken')} type="password" maxLength={2_000} />}
        </Field>
        <FormError error={add.error} />
        <Button type="submit" variant="primary" className="self-end" isBusy={add.isPending}>
          {t('connect')}
        </Button>
      </form>
    </Dialog>
  );
}
