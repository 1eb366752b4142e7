import { AlertDialog as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from './button.tsx';
import { cn } from './cn.ts';
import { overlayStyle, panelStyle } from './dialog.tsx';

export type ConfirmDialogProps = {
  open: boolean;
  onOpenChange(open: boolean): void;
  title: string;
  description: ReactNode;
  /** The verb on the button: "Delete flow". */
  confirmLabel: string;
  isDangerous?: boolean;
  isBusy?: boolean;
  onConfirm(): void;
};

/** Asks before something that can't be undone. The caller closes it. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const {
    open,
    onOpenChange,
    title,
    description,
    confirmLabel,
    isDangerous = true,
    isBusy,
    onConfirm,
  } = props;
  const { t } = useTranslation('ui');
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className={overlayStyle} />
        <Radix.Content className={cn(panelStyle, 'max-w-md')}>
          <div className="px-5 py-4">
            <Radix.Title className="text-base font-semibold">{title}</Radix.Title>
            <Radix.Description asChild>
              <div className="mt-1 text-sm text-muted-foreground">{description}</div>
            </Radix.Description>
          </div>
          <footer className="flex justify-end gap-2 border-t border-border px-5 py-3">
            <Radix.Cancel asChild>
              <Button>{t('cancel')}</Button>
            </Radix.Cancel>
            <Button
              variant={isDangerous ? 'danger' : 'primary'}
              onClick={onConfirm}
              {...(isBusy !== undefined && { isBusy })}
            >
              {confirmLabel}
            </Button>
          </footer>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
