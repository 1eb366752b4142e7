import type { ComponentProps } from 'react';
import { cn } from './cn.ts';
import { controlStyle } from './input.tsx';

/** Several lines of text; grows with its content where the browser can. */
export function Textarea({ className, ...rest }: ComponentProps<'textarea'>) {
  return (
    <textarea
      className={cn(
        controlStyle,
        'field-sizing-content min-h-16 resize-y px-2.5 py-1.5 leading-5',
        className,
      )}
      {...rest}
    />
  );
}
