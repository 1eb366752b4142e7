import { X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import type { LoginOutcome } from '../../server/contract/accounts.ts';
import { IconButton } from '../ui/button.tsx';
import { Notice } from './notice.tsx';

const TONES: Record<LoginOutcome, 'good' | 'bad' | 'plain'> = {
  connected: 'good',
  refused: 'plain',
  expired: 'plain',
  signed_out: 'plain',
  other_person: 'bad',
  not_allowed: 'bad',
  not_professional: 'bad',
  no_account: 'bad',
  taken: 'bad',
  unreachable: 'bad',
  failed: 'bad',
};

/** How the login ended from which the person has just come back (`?login=…`), with what to do now. */
export function LoginOutcomeNotice() {
  const { t } = useTranslation('accounts');
  const [search, setSearch] = useSearchParams();
  const outcome = search.get('login');
  if (!isOutcome(outcome)) return null;
  const close = () => {
    search.delete('login');
    setSearch(search, { replace: true });
  };
  return (
    <div role="status">
      <Notice
        tone={TONES[outcome]}
        title={t(`outcome.${outcome}`)}
        action={
          <IconButton label={t('outcome.close')} onClick={close}>
            <X aria-hidden />
          </IconButton>
        }
      >
        {t(`outcome.${outcome}.text`)}
      </Notice>
    </div>
  );
}

const isOutcome = (text: string | null): text is LoginOutcome => text !== null && Object.hasOwn(TONES, text);
