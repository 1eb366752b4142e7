import type { ReactNode } from 'react';
import { useEffect, useSyncExternalStore } from 'react';

/** An action of the page that is open, as the command palette lists it. */
export type PageCommand = { id: string; label: string; icon?: ReactNode; shortcut?: string; run(): void };

let commands: readonly PageCommand[] = [];
const listeners = new Set<() => void>();

/** Lists the page's actions in the command palette as long as the page is open. Memoise the list. */
export function usePageCommands(list: readonly PageCommand[]): void {
  useEffect(() => {
    show(list);
    return () => show([]);
  }, [list]);
}

/** The actions of the page that is open. */
export const useListedCommands = (): readonly PageCommand[] =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => commands,
  );

function show(list: readonly PageCommand[]): void {
  commands = list;
  for (const listener of listeners) listener();
}
