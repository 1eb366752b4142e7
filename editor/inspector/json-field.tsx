import { useState } from 'react';
import { useCanvasText } from '../canvas/texts.ts';
import { cn } from '../ui/cn.ts';
import { controlClass } from './control-class.ts';
import { FieldFrame } from './field-frame.tsx';
import { useForm } from './form-context.tsx';
import type { CommonProps } from './plain-fields.tsx';

/** Anything that no other field fits, as JSON; written through as soon as it is valid. */
export function JsonField({ value, onChange, ...frame }: CommonProps) {
  const form = useForm();
  const t = useCanvasText();
  const [draft, setDraft] = useState<string | null>(null);
  const text = draft ?? (value === undefined ? '' : JSON.stringify(value, null, 2));
  const parsed = parseJson(text);
  return (
    <FieldFrame {...frame}>
      {({ id, describedBy, isInvalid }) => (
        <>
          <textarea
            id={id}
            data-flow-field
            rows={4}
            spellCheck={false}
            className={cn(controlClass, 'h-auto py-1.5 font-mono text-xs')}
            value={text}
            readOnly={form.isReadOnly}
            aria-describedby={describedBy}
            aria-invalid={isInvalid || !parsed.ok || undefined}
            onBlur={() => parsed.ok && setDraft(null)}
            onChange={(event) => {
              setDraft(event.target.value);
              const next = parseJson(event.target.value);
              if (next.ok) onChange(next.value);
            }}
          />
          {!parsed.ok && <p className="text-xs text-destructive">{t('badJson')}</p>}
        </>
      )}
    </FieldFrame>
  );
}

function parseJson(text: string): { ok: true; value: unknown } | { ok: false } {
  if (text.trim() === '') return { ok: true, value: undefined };
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    return { ok: false };
  }
}
