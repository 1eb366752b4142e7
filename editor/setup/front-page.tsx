import type { ReactNode } from 'react';
import { Logo } from '../app/logo.tsx';

/** The frame of the pages before a session: a card in the middle. */
export function FrontPage({ title, text, children }: { title: string; text: string; children: ReactNode }) {
  return (
    <main className="flex min-h-dvh items-center justify-center p-4">
      <title>{`${title} · Replygraph`}</title>
      <div className="w-full max-w-sm">
        <div className="mb-5 flex items-center gap-2.5">
          <Logo className="size-9" />
          <span className="text-lg font-semibold tracking-tight">Replygraph</span>
        </div>
        <div className="rounded-lg border border-border bg-card p-6 shadow-raised">
          <h1 className="text-lg font-semibold tracking-tight">{title}</h1>
          <p className="mt-1 mb-5 text-muted-foreground">{text}</p>
          {children}
        </div>
      </div>
    </main>
  );
}
