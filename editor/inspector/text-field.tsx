import { Braces } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { useCanvasText } from '../canvas/texts.ts';
import { cn } from '../ui/cn.ts';
import { controlClass } from './control-class.ts';
import { FieldFrame } from './field-frame.tsx';
import { useForm } from './form-context.tsx';
import { TemplatePreview } from './template-preview.tsx';

const TemplateEditor = lazy(() => import('./template-editor.tsx'));

type TextFieldProps = {
  path: string;
  label: string;
  help?: string | undefined;
  placeholder?: string | undefined;
  value: string;
  onChange(value: string): void;
  multiline: boolean;
  templates: boolean;
  monospace?: boolean;
  isRequired?: boolean;
};

/** A text that takes `{{ }}`: an editor with completion, and under it what comes out with the data of the last run. */
export function TextField(props: TextFieldProps) {
  const form = useForm();
  const t = useCanvasText();
  const [insertRequest, setInsertRequest] = useState(0);
  const { path, label, help, isRequired = false, value, templates, multiline, placeholder } = props;

  if (!templates && !multiline) return <PlainTextField {...props} />;
  return (
    <FieldFrame
      path={path}
      label={label}
      help={help}
      isRequired={isRequired}
      isGroup
      action={
        templates &&
        !form.isReadOnly && (
          <button
            type="button"
            className="flex items-center gap-1 rounded px-1 text-xs text-muted-foreground hover:text-foreground"
            aria-label={t('insertValueInto', { field: label })}
            title={t('insertValue')}
            onClick={() => setInsertRequest((count) => count + 1)}
          >
            <Braces className="size-3.5" aria-hidden />
          </button>
        )
      }
    >
      {({ id, describedBy, isInvalid }) => (
        <>
          <div
            id={id}
            data-flow-field
            className={cn(
              controlClass,
              'h-auto cursor-text px-0 py-0 text-sm',
              isInvalid && 'border-destructive',
            )}
          >
            <Suspense
              fallback={
                <p className={cn('px-2 py-1.5 whitespace-pre-wrap', multiline && 'min-h-18')}>{value}</p>
              }
            >
              <TemplateEditor
                value={value}
                onChange={props.onChange}
                label={label}
                fields={form.fields}
                multiline={multiline}
                templates={templates}
                monospace={props.monospace ?? false}
                placeholder={placeholder ?? ''}
                describedBy={describedBy}
                invalid={isInvalid}
                readOnly={form.isReadOnly}
                insertRequest={insertRequest}
              />
            </Suspense>
          </div>
          {templates && <TemplatePreview text={value} />}
        </>
      )}
    </FieldFrame>
  );
}

function PlainTextField({
  path,
  label,
  help,
  placeholder,
  value,
  onChange,
  isRequired = false,
}: TextFieldProps) {
  const form = useForm();
  return (
    <FieldFrame path={path} label={label} help={help} isRequired={isRequired}>
      {({ id, describedBy, isInvalid }) => (
        <input
          id={id}
          data-flow-field
          type="text"
          className={controlClass}
          value={value}
          placeholder={placeholder}
          readOnly={form.isReadOnly}
          aria-describedby={describedBy}
          aria-invalid={isInvalid || undefined}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </FieldFrame>
  );
}
