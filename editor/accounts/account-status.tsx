import { CircleAlert, CircleCheck } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Account } from '../../server/contract/shapes.ts';
import { Badge } from '../ui/badge.tsx';

/** Whether an account is connected. */
export function AccountStatus({ status }: { status: Account['status'] }) {
  const { t } = useTranslation('accounts');
  const isGood = status === 'connected';
  const Icon = isGood ? CircleCheck : CircleAlert;
  return (
    <Badge tone={isGood ? 'success' : 'danger'}>
      <Icon aria-hidden />
      {t(`status.${status}`)}
    </Badge>
  );
}
