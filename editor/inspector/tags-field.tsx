import { X } from 'lucide-react';
import { useState } from 'react';
import { useCanvasText } from '../canvas/texts.ts';
import { cn } from '../ui/cn.ts';
import { controlClass } from './control-class.ts';
import { FieldFrame } from './field-frame.tsx';
import { useForm } from './form-context.tsx';

type TagsFieldProps = {
  path: string;
  label: string;
  help?: string | undefined;
  placeholder?: string | undefined;
  isRequired: boolean;
  value: unknown;
  onChange(tags: string[]): void;
};

/** A list of short texts: Enter or a comma adds one, Backspace in the empty field takes the last one off. */
export function TagsField({ path, label, help, placeholder, isRequired, value, onChange }: TagsFieldProps) {
  const form = useForm();
  const t = useCanvasText();
  const [text, setText] = useState('');
  const tags = Array.isArray(value) ? value.filter((tag) => typeof tag === 'string') : [];

  const add = (typed: string) => {
    const added = typed
      .split(',')
      .map((tag) => tag.trim())
      .filter((tag) => tag !== '' && !tags.includes(tag));
    setText('');
    if (added.length > 0) onChange([...tags, ...new Set(added)]);
  };

  return (
    <FieldFrame path={path} label={label} help={help} isRequired={isRequired}>
      {({ id, describedBy, isInvalid }) => (
        <div
          className={cn(
            controlClass,
            'flex h-auto min-h-8 flex-wrap items-center gap-1 px-1 py-1',
            isInvalid && 'border-destructive',
          )}
        >
          {tags.map((tag) => (
            <span
              key={tag}
              className="flex max-w-full items-center gap-1 rounded bg-muted px-1.5 text-xs leading-5"
            >
              <span className="truncate">{tag}</span>
              {!form.isReadOnly && (
                <button
                  type="button"
                  aria-label={t('removeItem', { name: tag })}
                  className="rounded text-muted-foreground hover:text-foreground"
                  onClick={() => onChange(tags.filter((other) => other !== tag))}
                >
                  <X className="size-3" aria-hidden />
                </button>
              )}
            </span>
          ))}
          <input
            id={id}
            data-flow-field
            type="text"
            className="h-5 min-w-24 flex-1 bg-transparent px-1 text-sm outline-none placeholder:text-muted-foreground"
            value={text}
            placeholder={tags.length === 0 ? placeholder : undefined}
            readOnly={form.isReadOnly}
            aria-describedby={describedBy}
            aria-invalid={isInvalid || undefined}
            onChange={(event) => {
              const typed = event.target.value;
              if (typed.includes(',')) add(typed);
              else setText(typed);
            }}
            onBlur={() => add(text)}
            onKeyDown={(event) => {
              if (event.key === 'Enter') {
                event.preventDefault();
                add(text);
              } else if (event.key === 'Backspace' && text === '' && tags.length > 0) {
                onChange(tags.slice(0, -1));
              }
            }}
          />
        </div>
      )}
    </FieldFrame>
  );
}
