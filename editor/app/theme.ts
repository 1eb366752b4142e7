import { useSyncExternalStore } from 'react';
import { readStored, store } from './stored.ts';

/** `system` follows the operating system. */
export type Theme = 'system' | 'light' | 'dark';
export const THEMES: readonly Theme[] = ['system', 'light', 'dark'];

const STORAGE_KEY = 'replygraph.theme';
const listeners = new Set<() => void>();
const systemDark = matchMedia('(prefers-color-scheme: dark)');
systemDark.addEventListener('change', () => tell());

let theme = THEMES.find((known) => known === readStored(STORAGE_KEY)) ?? 'system';

/** Puts the theme on the page; styles.css does the rest. */
export function applyTheme(): void {
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

/** Switches the theme and remembers it. */
export function chooseTheme(next: Theme): void {
  theme = next;
  store(STORAGE_KEY, next);
  applyTheme();
  tell();
}

/** The chosen theme. */
export const useTheme = (): Theme => useSyncExternalStore(subscribe, () => theme);

/** What is shown, for what CSS can't colour. */
export const useIsDark = (): boolean =>
  useSyncExternalStore(subscribe, () => (theme === 'system' ? systemDark.matches : theme === 'dark'));

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function tell(): void {
  for (const listener of listeners) listener();
}
