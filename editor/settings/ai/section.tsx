import type { ReactNode } from 'react';
import { useId } from 'react';
import { cardStyle } from '../../ui/card.tsx';
import { cn } from '../../ui/cn.ts';

export type SectionProps = {
  title: string;
  text?: ReactNode;
  /** At the right of the title. */
  action?: ReactNode;
  children?: ReactNode;
  className?: string;
};

/** A part of a page with its heading and what it is about. */
export function Section({ title, text, action, children, className }: SectionProps) {
  const id = useId();
  return (
    <section aria-labelledby={id} className={cn(cardStyle, 'flex flex-col gap-3 p-4', className)}>
      <header className="flex flex-wrap items-start gap-x-4 gap-y-2">
        <div className="min-w-0 flex-1 basis-64">
          <h2 id={id} className="font-medium">
            {title}
          </h2>
          {text && <p className="text-muted-foreground">{text}</p>}
        </div>
        {action}
      </header>
      {children}
    </section>
  );
}
