import type { ReactNode } from 'react';
import { cn } from '../ui/cn.ts';

export type PageProps = {
  title: string;
  description?: ReactNode;
  /** Buttons at the right of the title. */
  actions?: ReactNode;
  children: ReactNode;
  className?: string;
};

/** A page that scrolls: its title, what can be done, its content. */
export function Page({ title, description, actions, children, className }: PageProps) {
  return (
    <div className={cn('mx-auto flex w-full max-w-6xl flex-col gap-4 px-4 py-5 sm:px-6', className)}>
      <title>{`${title} · Replygraph`}</title>
      <header className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <div className="min-w-0 flex-1">
          <h1 className="text-lg font-semibold tracking-tight">{title}</h1>
          {description && <p className="text-muted-foreground">{description}</p>}
        </div>
        {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
      </header>
      {children}
    </div>
  );
}
