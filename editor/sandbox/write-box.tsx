import { SendHorizontal } from 'lucide-react';
import type { ReactNode } from 'react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { IconButton } from '../ui/button.tsx';
import { Input } from '../ui/input.tsx';

export type WriteBoxProps = {
  label: string;
  placeholder: string;
  maxLength: number;
  isBusy: boolean;
  readOnlyReason: string | undefined;
  /** Resolves to whether it was sent; what could not be sent stays in the box. */
  onSend(text: string): Promise<boolean>;
  coach?: string;
  /** What else can be done, before the line. */
  menu?: ReactNode;
};

/** One line to write, sent by Enter. */
export function WriteBox({
  label,
  placeholder,
  maxLength,
  isBusy,
  readOnlyReason,
  onSend,
  coach,
  menu,
}: WriteBoxProps) {
  const { t } = useTranslation('sandbox');
  const [text, setText] = useState('');
  const send = async () => {
    if (text.trim() === '' || isBusy || readOnlyReason !== undefined) return;
    if (await onSend(text.trim())) setText('');
  };
  return (
    <form
      data-coach={coach}
      className="flex items-center gap-1 border-t border-border bg-card p-2"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      {menu}
      <Input
        aria-label={label}
        placeholder={placeholder}
        value={text}
        maxLength={maxLength}
        readOnly={readOnlyReason !== undefined}
        title={readOnlyReason}
        onChange={(event) => setText(event.target.value)}
        className="rounded-full px-3"
      />
      <IconButton
        type="submit"
        label={t('send')}
        disabledReason={readOnlyReason}
        className="text-primary"
        aria-busy={isBusy || undefined}
      >
        <SendHorizontal aria-hidden />
      </IconButton>
    </form>
  );
}
