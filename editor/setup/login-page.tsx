import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Navigate, useNavigate, useSearchParams } from 'react-router';
import type { Session } from '../../server/contract/shapes.ts';
import { ApiError, api, fieldErrors } from '../api/client.ts';
import { keys, useSession, useSetupNeeded } from '../api/queries.ts';
import { liveSocket } from '../live/use-live.ts';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { Input } from '../ui/input.tsx';
import { FormError } from './form-error.tsx';
import { FrontPage } from './front-page.tsx';

/** Sign in with e-mail and password, then on to where the person wanted to go. */
export function LoginPage() {
  const { t } = useTranslation('setup');
  const navigate = useNavigate();
  const client = useQueryClient();
  const [parameters] = useSearchParams();
  const setup = useSetupNeeded();
  const session = useSession();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const next = ownPath(parameters.get('next'));

  const login = useMutation({
    mutationFn: () => api.post<Session>('/api/v1/login', { email, password }),
    onSuccess: (session) => {
      client.setQueryData(keys.session, session);
      liveSocket.reconnect();
      void navigate(next, { replace: true });
    },
  });

  if (setup.data?.needed) return <Navigate to="/setup" replace />;
  if (session.data) return <Navigate to={next} replace />;

  const errors = fieldErrors(login.error);
  const isRefused = login.error instanceof ApiError && login.error.status === 401;
  return (
    <FrontPage title={t('login.title')} text={t('login.text')}>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          login.mutate();
        }}
      >
        <Field title={t('email')} error={errors.email}>
          {(control) => (
            <Input
              {...control}
              type="email"
              value={email}
              onChange={(event) => setEmail(event.target.value)}
              autoComplete="email"
              required
              maxLength={254}
              autoFocus
            />
          )}
        </Field>
        <Field title={t('password')} error={errors.password}>
          {(control) => (
            <Input
              {...control}
              type="password"
              value={password}
              onChange={(event) => setPassword(event.target.value)}
              autoComplete="current-password"
              required
              maxLength={128}
            />
          )}
        </Field>
        <FormError error={isRefused ? new Error(t('login.refused')) : login.error} />
        <Button type="submit" variant="primary" isBusy={login.isPending}>
          {t('login.submit')}
        </Button>
      </form>
    </FrontPage>
  );
}

/** Only paths of this site: an address given in a link must not lead elsewhere. */
function ownPath(path: string | null): string {
  return path?.startsWith('/') && !path.startsWith('//') && !path.includes('\\') ? path : '/flows';
}
