import type { KeyboardEvent } from 'react';

/** Arrow keys walk the links of a list that carry `data-list-item`; Enter opens by itself. For `onKeyDown` of the list. */
export function walkList(event: KeyboardEvent<HTMLElement>): void {
  const step = STEPS[event.key];
  if (step === undefined || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>('[data-list-item]')];
  const current = items.findIndex((item) => item.contains(document.activeElement));
  if (current < 0) return;
  const next = items[Math.min(items.length - 1, Math.max(0, current + step))];
  event.preventDefault();
  next?.focus();
}

const STEPS: Record<string, number> = {
  ArrowDown: 1,
  ArrowUp: -1,
  Home: Number.NEGATIVE_INFINITY,
  End: Number.POSITIVE_INFINITY,
};
