import clsx from 'clsx';
import type { ReactNode } from 'react';
import { fieldId, useForm } from './form-context.tsx';

type FieldFrameProps = {
  path: string;
  label: string;
  help?: string | undefined;
  isRequired?: boolean;
  /** At the right end of the label's line. */
  action?: ReactNode;
  /** The control takes its name from `aria-label`, not from a `<label>` (an editor, a group). */
  isGroup?: boolean;
  children: (control: { id: string; describedBy: string | undefined; isInvalid: boolean }) => ReactNode;
};

/** Label, control, help and errors of one field, tied together for assistive technology. */
export function FieldFrame({ path, label, help, isRequired, action, isGroup, children }: FieldFrameProps) {
  const form = useForm();
  const id = fieldId(form.nodeId, path);
  const errors = form.errorsAt(path);
  const helpId = help ? `${id}-help` : undefined;
  const errorId = errors.length > 0 ? `${id}-error` : undefined;
  const describedBy = [errorId, helpId].filter(Boolean).join(' ') || undefined;
  const labelClass = 'text-xs font-medium text-foreground';
  const mark = isRequired && (
    <span aria-hidden className="text-muted-foreground">
      {' '}
      *
    </span>
  );

  return (
    <div data-field={path} className="flex flex-col gap-1">
      <div className="flex min-h-5 items-center justify-between gap-2">
        {isGroup ? (
          <span className={labelClass} id={`${id}-label`}>
            {label}
            {mark}
          </span>
        ) : (
          <label className={labelClass} htmlFor={id}>
            {label}
            {mark}
          </label>
        )}
        {action}
      </div>
      {children({ id, describedBy, isInvalid: errors.length > 0 })}
      {errors.length > 0 && (
        <p id={errorId} className="text-xs text-destructive">
          {errors.join(' ')}
        </p>
      )}
      {help && (
        <p id={helpId} className={clsx('text-xs text-muted-foreground', errors.length > 0 && 'sr-only')}>
          {help}
        </p>
      )}
    </div>
  );
}
