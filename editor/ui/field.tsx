import { CircleAlert } from 'lucide-react';
import type { ComponentProps, ReactNode } from 'react';
import { useId } from 'react';
import { cn } from './cn.ts';

/** The name of a control. */
export function Label({ className, ...rest }: ComponentProps<'label'>) {
  // biome-ignore lint/a11y/noLabelWithoutControl: whoever uses it says htmlFor.
  return <label className={cn('text-sm font-medium', className)} {...rest} />;
}

/** What a field gives to its control. */
export type FieldControl = {
  id: string;
  'aria-describedby': string | undefined;
  'aria-invalid': boolean | undefined;
};

export type FieldProps = {
  title: ReactNode;
  help?: ReactNode;
  error?: string | undefined;
  /** Beside the title, at the right. */
  action?: ReactNode;
  className?: string;
  /** The control: `{(control) => <Input {...control} … />}` */
  children: (control: FieldControl) => ReactNode;
};

/** A control with its title, help and error, tied together for screen readers. */
export function Field({ title, help, error, action, className, children }: FieldProps) {
  const id = useId();
  const describedBy = [help && `${id}-help`, error && `${id}-error`].filter(Boolean).join(' ');
  return (
    <div className={cn('flex flex-col gap-1', className)}>
      <div className="flex items-center justify-between gap-2">
        <Label htmlFor={id}>{title}</Label>
        {action}
      </div>
      {children({
        id,
        'aria-describedby': describedBy || undefined,
        'aria-invalid': error === undefined ? undefined : true,
      })}
      {help && (
        <p id={`${id}-help`} className="text-xs text-muted-foreground">
          {help}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} className="flex items-start gap-1 text-xs text-destructive">
          <CircleAlert className="mt-0.5 size-3 shrink-0" aria-hidden />
          {error}
        </p>
      )}
    </div>
  );
}
