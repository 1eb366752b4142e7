import { useEffect, useEffectEvent } from 'react';

/** Whether a key press belongs to a text field, a menu or a dialog, and is no shortcut of the page. */
export function isTyping(event: KeyboardEvent): boolean {
  const { target } = event;
  if (!(target instanceof HTMLElement)) return false;
  return (
    target.isContentEditable ||
    target.matches('input, textarea, select, [role="combobox"]') ||
    target.closest('[role="dialog"], [role="alertdialog"], [role="menu"], [role="listbox"]') !== null
  );
}

/** A press of this key alone, without modifiers, outside of text fields. */
export const isPlainKey = (event: KeyboardEvent, key: string): boolean =>
  event.key.toLowerCase() === key &&
  !event.ctrlKey &&
  !event.metaKey &&
  !event.altKey &&
  !event.defaultPrevented &&
  !isTyping(event);

const SEQUENCE_MS = 1_200;

/** `g` and then a letter, within about a second. The second key reaches nobody else. */
export function useJumpKeys(onJump: (letter: string) => boolean): void {
  const jump = useEffectEvent(onJump);
  useEffect(() => {
    let startedAt = Number.NEGATIVE_INFINITY;
    const handle = (event: KeyboardEvent) => {
      const isSecond = performance.now() - startedAt < SEQUENCE_MS;
      startedAt = Number.NEGATIVE_INFINITY;
      if (isSecond && isPlainKey(event, event.key.toLowerCase()) && jump(event.key.toLowerCase())) {
        event.preventDefault();
        event.stopImmediatePropagation();
      } else if (isPlainKey(event, 'g')) {
        startedAt = performance.now();
      }
    };
    window.addEventListener('keydown', handle, { capture: true });
    return () => window.removeEventListener('keydown', handle, { capture: true });
  }, []);
}

/** Calls `onKey` for every key press of the page that is no typing. */
export function usePageKeys(onKey: (event: KeyboardEvent) => void): void {
  const handleKey = useEffectEvent(onKey);
  useEffect(() => {
    const handle = (event: KeyboardEvent) => {
      if (!isTyping(event) && !event.defaultPrevented) handleKey(event);
    };
    window.addEventListener('keydown', handle);
    return () => window.removeEventListener('keydown', handle);
  }, []);
}
