import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../api/queries.ts';
import { useSignOut } from '../app/user-menu.tsx';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';

/** The workspace and who is signed in. */
export function WorkspaceInfo() {
  const { t } = useTranslation('settings');
  const { t: app } = useTranslation('app');
  const { data: session } = useSession();
  const signOut = useSignOut();
  if (!session) return null;
  return (
    <Card className="flex flex-col gap-4 p-4">
      <dl className="grid gap-x-6 gap-y-3 sm:grid-cols-2">
        <Entry name={t('workspace')}>{session.workspace.name}</Entry>
        <Entry name={t('role')}>
          {app(`role.${session.role}`)}
          <span className="block text-xs text-muted-foreground">{t(`roleHelp.${session.role}`)}</span>
        </Entry>
        <Entry name={t('name')}>{session.user?.name ?? '–'}</Entry>
        <Entry name={t('email')}>{session.user?.email ?? '–'}</Entry>
        <Entry name={t('api')}>
          <a href="/api/docs" className="rounded-sm text-primary underline underline-offset-2">
            {t('apiDocs')}
          </a>
        </Entry>
      </dl>
      <div>
        <Button onClick={signOut}>{app('user.signOut')}</Button>
      </div>
    </Card>
  );
}

function Entry({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-xs text-muted-foreground">{name}</dt>
      <dd className="break-words">{children}</dd>
    </div>
  );
}
