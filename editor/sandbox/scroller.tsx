import type { ReactNode } from 'react';
import { useEffect, useRef } from 'react';

export type ScrollerProps = {
  count: number;
  /** Begins at the newest. */
  isAtEnd?: boolean;
  children: ReactNode;
};

/** Keeps the newest in view when something is added. */
export function Scroller({ count, isAtEnd = false, children }: ScrollerProps) {
  const box = useRef<HTMLDivElement>(null);
  const shown = useRef<number>(undefined);
  useEffect(() => {
    const isAdded = shown.current !== undefined && count > shown.current;
    const isFirst = shown.current === undefined;
    shown.current = count;
    if (isFirst && isAtEnd && box.current) box.current.scrollTop = box.current.scrollHeight;
    if (isAdded) box.current?.scrollTo?.({ top: box.current.scrollHeight, behavior: 'smooth' });
  }, [count, isAtEnd]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: who scrolls by keyboard needs the focus here.
    <div ref={box} tabIndex={0} className="min-h-0 flex-1 overflow-y-auto focus-visible:-outline-offset-2">
      {children}
    </div>
  );
}
