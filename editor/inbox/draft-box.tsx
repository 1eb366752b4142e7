import type { Ref } from 'react';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { cn } from '../ui/cn.ts';
import { Label } from '../ui/field.tsx';
import { Textarea } from '../ui/textarea.tsx';

/** Instagram takes direct messages of at most this size. */
export const MESSAGE_MAX_BYTES = 1_000;

export const byteLength = (text: string): number => new TextEncoder().encode(text).length;

export type DraftBoxProps = {
  text: string;
  onChange(text: string): void;
  readOnly: boolean;
  ref: Ref<HTMLTextAreaElement>;
};

/** The draft, editable, with its size as Instagram counts it. */
export function DraftBox({ text, onChange, readOnly, ref }: DraftBoxProps) {
  const { t, i18n } = useTranslation('inbox');
  const id = useId();
  const bytes = byteLength(text);
  const isTooLong = bytes > MESSAGE_MAX_BYTES;
  const number = (value: number) => value.toLocaleString(i18n.language);
  return (
    <div className="flex flex-col gap-1">
      <div className="flex items-center justify-between gap-2">
        <Label htmlFor={id} className="text-xs text-muted-foreground">
          {t('draft')}
        </Label>
        <span
          id={`${id}-size`}
          className={cn(
            'text-xs tabular-nums',
            isTooLong ? 'font-medium text-state-waiting' : 'text-muted-foreground',
          )}
        >
          {t('bytes', { bytes: number(bytes), limit: number(MESSAGE_MAX_BYTES) })}
        </span>
      </div>
      <Textarea
        ref={ref}
        id={id}
        aria-describedby={`${id}-size`}
        value={text}
        readOnly={readOnly}
        maxLength={8_000}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') event.currentTarget.blur();
        }}
      />
      {isTooLong && <p className="text-xs text-state-waiting">{t('tooLong')}</p>}
    </div>
  );
}
