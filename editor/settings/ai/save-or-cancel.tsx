import { useTranslation } from 'react-i18next';
import { Button } from '../../ui/button.tsx';

/** The buttons at the end of a form in a dialog. */
export function SaveOrCancel({ isBusy, onCancel }: { isBusy: boolean; onCancel(): void }) {
  const { t } = useTranslation('ui');
  return (
    <div className="flex justify-end gap-2">
      <Button onClick={onCancel}>{t('cancel')}</Button>
      <Button type="submit" variant="primary" isBusy={isBusy}>
        {t('save')}
      </Button>
    </div>
  );
}
