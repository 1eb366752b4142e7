import { CircleCheck, CircleDashed, Eye, EyeOff, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFlows } from '../api/queries.ts';
import { IconButton } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import { useLoginStatus } from './account-queries.ts';

const PERMISSIONS = [
  'instagram_business_basic',
  'instagram_business_manage_comments',
  'instagram_business_manage_messages',
  'instagram_business_content_publish',
  'instagram_business_manage_insights',
];
const WEBHOOK_FIELDS = ['comments', 'live_comments', 'messages', 'messaging_postbacks', 'message_reactions'];

/** What Meta needs before real comments and messages arrive, with everything that has to be copied. */
export function ConnectChecklist({ isConnected }: { isConnected: boolean }) {
  const { t } = useTranslation('accounts');
  const flow = useFlows().items?.[0];
  const status = useLoginStatus().data;
  const callback = status?.webhookUrl ?? `${location.origin}/webhooks/instagram`;
  const origin = new URL(callback).origin;
  const isReachable = status?.isPublic ?? false;
  const hasApp = status?.logins.some(({ state }) => state !== 'app_missing') ?? false;
  return (
    <Card className="p-4">
      <h2 className="font-medium">{t('checklist.title')}</h2>
      <p className="mt-0.5 text-muted-foreground">{t('checklist.text')}</p>
      <ol className="mt-3 flex flex-col gap-4">
        <Item title={t('checklist.app')} isDone={hasApp}>
          {t('checklist.appText')}
        </Item>
        <Item title={t('checklist.public')} isDone={isReachable} isWarning={!isReachable}>
          {t(isReachable ? 'checklist.publicGood' : 'checklist.publicBad', { origin })}
        </Item>
        <Item title={t('checklist.callback')}>
          {t('checklist.callbackText')}
          <Copyable text={callback} label={t('copy.callback')} />
        </Item>
        <Item title={t('checklist.redirect')}>
          {t('checklist.redirectText')}
          {status && <Copyable text={status.redirectUrl} label={t('copy.redirect')} />}
        </Item>
        <Item title={t('checklist.token')}>
          {t('checklist.tokenText')}
          {flow ? (
            <Copyable text={flow.verifyToken} label={t('copy.token')} isSecret />
          ) : (
            <p>{t('checklist.tokenMissing')}</p>
          )}
        </Item>
        <Item title={t('checklist.fields')}>
          {t('checklist.fieldsText')}
          <CodeList items={WEBHOOK_FIELDS} />
        </Item>
        <Item title={t('checklist.permissions')}>
          {t('checklist.permissionsText')}
          <CodeList items={PERMISSIONS} />
        </Item>
        <Item title={t('checklist.account')} isDone={isConnected}>
          {t('checklist.accountText')}
        </Item>
      </ol>
    </Card>
  );
}

type ItemProps = { title: string; isDone?: boolean; isWarning?: boolean; children: ReactNode };

function Item({ title, isDone = false, isWarning = false, children }: ItemProps) {
  const { t } = useTranslation('accounts');
  const Icon = isDone ? CircleCheck : isWarning ? TriangleAlert : CircleDashed;
  const style = isDone ? 'text-state-succeeded' : isWarning ? 'text-state-waiting' : 'text-muted-foreground';
  return (
    <li className="flex gap-2.5">
      <Icon className={`mt-0.5 size-4 shrink-0 ${style}`} aria-hidden />
      <div className="min-w-0 flex-1">
        <h3 className="font-medium">
          {title}
          {isDone && <span className="sr-only"> ({t('checklist.done')})</span>}
        </h3>
        <div className="text-muted-foreground">{children}</div>
      </div>
    </li>
  );
}

function Copyable({ text, label, isSecret = false }: { text: string; label: string; isSecret?: boolean }) {
  const { t } = useTranslation('accounts');
  const [isShown, setIsShown] = useState(!isSecret);
  return (
    <div className="mt-1.5 flex items-center gap-1 rounded-md border border-border bg-muted py-0.5 pr-0.5 pl-3 text-foreground">
      <code className="min-w-0 flex-1 truncate text-xs">{isShown ? text : '•'.repeat(24)}</code>
      {isSecret && (
        <IconButton
          label={t(isShown ? 'hide' : 'show')}
          className="size-7"
          onClick={() => setIsShown(!isShown)}
        >
          {isShown ? <EyeOff aria-hidden /> : <Eye aria-hidden />}
        </IconButton>
      )}
      <CopyButton text={text} label={label} className="size-7" />
    </div>
  );
}

function CodeList({ items }: { items: readonly string[] }) {
  return (
    <ul className="mt-1.5 flex flex-wrap gap-1">
      {items.map((item) => (
        <li key={item}>
          <code className="rounded bg-muted px-1.5 py-0.5 text-xs text-foreground">{item}</code>
        </li>
      ))}
    </ul>
  );
}
