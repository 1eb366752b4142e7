import type { ComponentProps } from 'react';
import { cn } from './cn.ts';

export const cardStyle = 'rounded-lg border border-border bg-card text-card-foreground';

export function Card({ className, ...rest }: ComponentProps<'div'>) {
  return <div className={cn(cardStyle, className)} {...rest} />;
}
