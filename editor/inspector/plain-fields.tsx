import { useId } from 'react';
import { useCanvasText } from '../canvas/texts.ts';
import { controlClass } from './control-class.ts';
import { FieldFrame } from './field-frame.tsx';
import { useForm } from './form-context.tsx';
import type { JsonSchema } from './schema.ts';

/** What every field of a form is given. */
export type CommonProps = {
  path: string;
  label: string;
  help?: string | undefined;
  isRequired: boolean;
  value: unknown;
  onChange(value: unknown): void;
};

export function NumberField({
  schema,
  isInteger,
  value,
  onChange,
  ...frame
}: CommonProps & { schema: JsonSchema; isInteger: boolean }) {
  const form = useForm();
  const isTemplate = typeof value === 'string';
  return (
    <FieldFrame {...frame}>
      {({ id, describedBy, isInvalid }) => (
        <input
          id={id}
          data-flow-field
          type={isTemplate ? 'text' : 'number'}
          step={isInteger ? 1 : 'any'}
          min={schema.minimum}
          max={schema.maximum}
          className={controlClass}
          value={isTemplate || typeof value === 'number' ? value : ''}
          placeholder={schema.default === undefined ? schema.placeholder : String(schema.default)}
          readOnly={form.isReadOnly}
          aria-describedby={describedBy}
          aria-invalid={isInvalid || undefined}
          onChange={(event) => {
            const text = event.target.value;
            const number = Number(text);
            if (text === '') onChange(undefined);
            else onChange(Number.isFinite(number) ? number : text);
          }}
        />
      )}
    </FieldFrame>
  );
}

export function BooleanField({ path, label, help, value, onChange }: CommonProps) {
  const form = useForm();
  const id = useId();
  const errors = form.errorsAt(path);
  return (
    <div data-field={path} className="flex flex-col gap-1">
      <label htmlFor={id} className="flex cursor-pointer items-start gap-2 text-sm">
        <input
          id={id}
          type="checkbox"
          className="mt-0.5 size-4 shrink-0 accent-primary"
          checked={value === true}
          disabled={form.isReadOnly}
          aria-describedby={help ? `${id}-help` : undefined}
          onChange={(event) => onChange(event.target.checked)}
        />
        <span className="text-xs leading-5 font-medium">{label}</span>
      </label>
      {errors.length > 0 && <p className="text-xs text-destructive">{errors.join(' ')}</p>}
      {help && (
        <p id={`${id}-help`} className="pl-6 text-xs text-muted-foreground">
          {help}
        </p>
      )}
    </div>
  );
}

export function ChoiceField({
  options,
  isOptional,
  value,
  onChange,
  ...frame
}: CommonProps & { options: { value: string | number | boolean; label: string }[]; isOptional: boolean }) {
  const form = useForm();
  const t = useCanvasText();
  const index = options.findIndex((option) => option.value === value);
  return (
    <FieldFrame {...frame}>
      {({ id, describedBy, isInvalid }) => (
        <select
          id={id}
          className={controlClass}
          value={index}
          disabled={form.isReadOnly}
          aria-describedby={describedBy}
          aria-invalid={isInvalid || undefined}
          onChange={(event) => onChange(options[Number(event.target.value)]?.value)}
        >
          {(isOptional || index === -1) && <option value={-1}>{t('notSet')}</option>}
          {options.map((option, at) => (
            <option key={String(option.value)} value={at}>
              {option.label}
            </option>
          ))}
        </select>
      )}
    </FieldFrame>
  );
}

export function SuggestionField({
  placeholder,
  examples,
  value,
  onChange,
  ...frame
}: Omit<CommonProps, 'onChange'> & {
  placeholder?: string | undefined;
  examples: unknown[];
  value: string;
  onChange(value: string): void;
}) {
  const form = useForm();
  const listId = useId();
  const suggestions = examples.filter((example) => typeof example === 'string');
  return (
    <FieldFrame {...frame}>
      {({ id, describedBy, isInvalid }) => (
        <>
          <input
            id={id}
            data-flow-field
            type="text"
            list={suggestions.length > 0 ? listId : undefined}
            className={controlClass}
            value={value}
            placeholder={placeholder}
            readOnly={form.isReadOnly}
            aria-describedby={describedBy}
            aria-invalid={isInvalid || undefined}
            onChange={(event) => onChange(event.target.value)}
          />
          <datalist id={listId}>
            {suggestions.map((suggestion) => (
              <option key={suggestion} value={suggestion} />
            ))}
          </datalist>
        </>
      )}
    </FieldFrame>
  );
}
