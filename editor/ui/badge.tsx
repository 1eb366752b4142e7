import type { VariantProps } from 'class-variance-authority';
import { cva } from 'class-variance-authority';
import type { ComponentProps } from 'react';
import { cn } from './cn.ts';

const style = cva(
  'inline-flex h-5 max-w-full items-center gap-1 rounded-full border px-2 text-xs font-medium whitespace-nowrap [&_svg]:size-3 [&_svg]:shrink-0',
  {
    variants: {
      tone: {
        neutral: 'border-border bg-muted text-muted-foreground',
        accent: 'border-transparent bg-accent text-accent-foreground',
        success: 'border-current/25 text-state-succeeded',
        warning: 'border-current/25 text-state-waiting',
        danger: 'border-current/25 text-destructive',
      },
    },
    defaultVariants: { tone: 'neutral' },
  },
);

/** A word about a thing. */
export function Badge({ className, tone, ...rest }: ComponentProps<'span'> & VariantProps<typeof style>) {
  return <span className={cn(style({ tone }), className)} {...rest} />;
}
