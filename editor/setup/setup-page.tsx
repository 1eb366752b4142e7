import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, Navigate, useNavigate } from 'react-router';
import type { FlowSummary, Page, Session } from '../../server/contract/shapes.ts';
import { ApiError, api, fieldErrors } from '../api/client.ts';
import { keys, useSetupNeeded } from '../api/queries.ts';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { Input } from '../ui/input.tsx';
import { FormError } from './form-error.tsx';
import { FrontPage } from './front-page.tsx';

const SHORTEST_PASSWORD = 8;

/** Makes the first owner, then opens the ready flow with the sandbox phone beside it. */
export function SetupPage() {
  const { t } = useTranslation('setup');
  const navigate = useNavigate();
  const client = useQueryClient();
  const setup = useSetupNeeded();
  const [values, setValues] = useState({ name: '', email: '', password: '' });
  const [localErrors, setLocalErrors] = useState<Record<string, string>>({});

  const create = useMutation({
    mutationFn: async () => {
      const session = await api.post<Session>('/api/v1/setup', values);
      return { session, flowId: await firstFlow() };
    },
    onSuccess: ({ session, flowId }) => {
      client.setQueryData(keys.setup, { needed: false });
      client.setQueryData(keys.session, session);
      void navigate(flowId ? `/flows/${flowId}` : '/flows', { replace: true });
    },
  });

  if (setup.data?.needed === false && create.isIdle) return <Navigate to="/login" replace />;

  const errors = { ...fieldErrors(create.error), ...localErrors };
  const submit = () => {
    const found = findErrors(values, t);
    setLocalErrors(found);
    if (Object.keys(found).length === 0) create.mutate();
  };
  const bind = (name: keyof typeof values) => ({
    value: values[name],
    onChange: (event: { target: { value: string } }) => setValues({ ...values, [name]: event.target.value }),
  });

  return (
    <FrontPage title={t('title')} text={t('text')}>
      <form
        noValidate
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <Field title={t('name')} error={errors.name}>
          {(control) => (
            <Input {...control} {...bind('name')} autoComplete="name" required maxLength={100} autoFocus />
          )}
        </Field>
        <Field title={t('email')} error={errors.email}>
          {(control) => (
            <Input
              {...control}
              {...bind('email')}
              type="email"
              autoComplete="email"
              required
              maxLength={254}
            />
          )}
        </Field>
        <Field title={t('password')} help={t('passwordHelp')} error={errors.password}>
          {(control) => (
            <Input
              {...control}
              {...bind('password')}
              type="password"
              autoComplete="new-password"
              required
              maxLength={128}
            />
          )}
        </Field>
        <FormError error={create.error} />
        {create.error instanceof ApiError && create.error.status === 409 && (
          <Link to="/login" className="text-primary underline">
            {t('toLogin')}
          </Link>
        )}
        <Button type="submit" variant="primary" isBusy={create.isPending}>
          {t('create')}
        </Button>
      </form>
    </FrontPage>
  );
}

function findErrors(
  { name, email, password }: { name: string; email: string; password: string },
  t: (key: string) => string,
): Record<string, string> {
  return {
    ...(name.trim() === '' && { name: t('error.name') }),
    ...(!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email) && { email: t('error.email') }),
    ...(password.length < SHORTEST_PASSWORD && { password: t('error.password') }),
  };
}

/** The ready flow of a fresh installation; without one the list of flows is the place to start. */
async function firstFlow(): Promise<string | undefined> {
  try {
    const { items } = await api.get<Page<FlowSummary>>('/api/v1/flows?limit=50');
    return (items.find((flow) => flow.name === 'Comment auto-reply') ?? items[0])?.id;
  } catch {
    return undefined;
  }
}
