import type { ComponentProps } from 'react';
import { cn } from './cn.ts';

/** A key or a combination, as written on the keyboard. */
export function Kbd({ className, ...rest }: ComponentProps<'kbd'>) {
  return (
    <kbd
      className={cn(
        'inline-flex h-5 min-w-5 items-center justify-center rounded border border-border bg-muted px-1 font-sans text-[11px] text-muted-foreground',
        className,
      )}
      {...rest}
    />
  );
}

/** `⌘` on Apple's keyboards, `Ctrl` elsewhere. */
export const COMMAND_KEY = /Mac|iPhone|iPad/.test(navigator.userAgent) ? '⌘' : 'Ctrl';
