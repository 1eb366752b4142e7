import type { ComponentProps } from 'react';
import { cn } from './cn.ts';

export const controlStyle =
  'w-full rounded-md border border-input bg-card text-sm text-foreground transition-colors duration-100 placeholder:text-muted-foreground disabled:cursor-not-allowed disabled:opacity-60 [&[readonly]]:bg-muted aria-invalid:border-destructive focus-visible:outline-offset-0';

/** One line of text. */
export function Input({ className, ...rest }: ComponentProps<'input'>) {
  return <input className={cn(controlStyle, 'h-8 px-2.5', className)} {...rest} />;
}
