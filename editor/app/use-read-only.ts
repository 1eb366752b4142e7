import { useTranslation } from 'react-i18next';
import type { Role } from '../../server/contract/shapes.ts';
import { useCan } from '../api/queries.ts';

/** Why the person may not change things here, for a disabled control; undefined when they may. */
export function useReadOnlyReason(needed: Exclude<Role, 'viewer'> = 'editor'): string | undefined {
  const { t } = useTranslation('ui');
  const can = useCan(needed);
  if (can) return undefined;
  return needed === 'editor' ? t('readOnly') : t('adminOnly');
}
