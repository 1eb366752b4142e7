import { createElement } from 'react';
import type { NodeTypeInfo } from '../../engine/catalogue.ts';
import { categoryLook } from '../ui/category.ts';
import { cn } from '../ui/cn.ts';
import { iconNamed } from './icons.ts';

/** The icon of a node type on the colour of its category. */
export function NodeIcon({ type, isSmall = false }: { type: NodeTypeInfo | undefined; isSmall?: boolean }) {
  const look = categoryLook(type?.category ?? 'other');
  return (
    <span
      aria-hidden
      className={cn(
        'flex shrink-0 items-center justify-center rounded-md',
        isSmall ? 'size-6' : 'size-7',
        look.text,
        look.tint,
      )}
    >
      {createElement(iconNamed(type?.icon ?? ''), { className: isSmall ? 'size-3.5' : 'size-4' })}
    </span>
  );
}
