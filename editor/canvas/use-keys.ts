import { useEffect } from 'react';
import { focusNode } from './focus-node.ts';
import { GRID } from './graph-edit.ts';
import { useSession } from './session.tsx';
import type { CanvasCommands } from './use-commands.ts';

export type PageActions = { save(): void; testRun(): void };

const ARROWS: Record<string, { x: number; y: number }> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};

/** The keyboard of the canvas (see the shortcut sheet), and copy, cut and paste through the system clipboard. */
export function useKeys(commands: CanvasCommands, actions: PageActions): void {
  const session = useSession();

  useEffect(() => {
    const { ui, isReadOnly } = session;

    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || isInOverlay(event.target)) return;
      const withCommand = event.metaKey || event.ctrlKey;
      const typing = isTyping(event.target);
      const handled = withCommand
        ? commandKey(event, typing)
        : !typing && !event.altKey && (ui.getState().connecting ? connectingKey(event) : plainKey(event));
      if (handled) event.preventDefault();
    };

    /** Keys with ⌘ or Ctrl. Undo works from the form too: there is one history, and it is the flow's. */
    const commandKey = (event: KeyboardEvent, typing: boolean): boolean => {
      const key = event.key.toLowerCase();
      if (key === 's') {
        actions.save();
        return true;
      }
      if (key === 'enter') {
        actions.testRun();
        return true;
      }
      if ((key === 'z' || key === 'y') && (!typing || isFlowField(event.target))) {
        if (key === 'y' || event.shiftKey) commands.redo();
        else commands.undo();
        return true;
      }
      if (typing) return false;
      if (key === 'd') {
        commands.duplicate();
        return true;
      }
      if (key === 'a') {
        const { nodes, stickies = [] } = session.flow.getState().graph;
        commands.select([...nodes, ...stickies].map((element) => element.id));
        return true;
      }
      return false;
    };

    const plainKey = (event: KeyboardEvent): boolean => {
      const arrow = ARROWS[event.key];
      const onCanvas = isOnCanvas(event.target);
      if (arrow && onCanvas && ui.getState().selected.size > 0) {
        const distance = event.shiftKey ? GRID * 5 : GRID;
        commands.nudge({ x: arrow.x * distance, y: arrow.y * distance });
        return true;
      }
      switch (event.key) {
        case 'Tab':
          if (!onCanvas || !commands.walk(event.shiftKey ? -1 : 1)) return false;
          focusSelectedNode();
          return true;
        case 'Enter':
          if (!onCanvas || isButton(event.target) || ui.getState().selected.size !== 1) return false;
          ui.setState({ isInspectorOpen: true });
          focusInspector();
          return true;
        case 'Escape':
          return goBack();
        case 'Delete':
        case 'Backspace':
          if (isReadOnly) return false;
          commands.remove();
          return true;
        case '/':
          commands.openQuickAdd();
          return !isReadOnly;
        case 'c':
          commands.startConnecting();
          return true;
        case '?':
          ui.setState({ isShortcutSheetOpen: true });
          return true;
        default:
          if (event.shiftKey && event.code === 'Digit1') {
            commands.fit();
            return true;
          }
          return false;
      }
    };

    /** While a connection is being made by keyboard: up and down choose the target, left and right the port. */
    const connectingKey = (event: KeyboardEvent): boolean => {
      switch (event.key) {
        case 'ArrowDown':
        case 'Tab':
          commands.chooseTarget(1);
          return true;
        case 'ArrowUp':
          commands.chooseTarget(-1);
          return true;
        case 'ArrowRight':
          commands.choosePort(1);
          return true;
        case 'ArrowLeft':
          commands.choosePort(-1);
          return true;
        case 'Enter':
          commands.finishConnecting();
          return true;
        case 'Escape':
          ui.setState({ connecting: null });
          return true;
        default:
          return false;
      }
    };

    const goBack = (): boolean => {
      const { quickAdd, isInspectorOpen, selected } = ui.getState();
      if (quickAdd) ui.setState({ quickAdd: null });
      else if (isInspectorOpen) {
        ui.setState({ isInspectorOpen: false });
        focusSelectedNode();
      } else if (selected.size > 0) commands.select([]);
      else return false;
      return true;
    };

    const focusSelectedNode = () => focusNode([...ui.getState().selected][0]);

    const onCopy = (event: ClipboardEvent) => {
      if (leavesClipboardAlone(event)) return;
      const text = commands.copiedText();
      if (text === null || !event.clipboardData) return;
      event.clipboardData.setData('text/plain', text);
      event.preventDefault();
      if (event.type === 'cut') commands.remove();
    };

    const onPaste = (event: ClipboardEvent) => {
      if (isTyping(event.target) || isInOverlay(event.target)) return;
      if (commands.pasteText(event.clipboardData?.getData('text/plain') ?? '')) event.preventDefault();
    };

    window.addEventListener('keydown', onKeyDown);
    document.addEventListener('copy', onCopy);
    document.addEventListener('cut', onCopy);
    document.addEventListener('paste', onPaste);
    return () => {
      window.removeEventListener('keydown', onKeyDown);
      document.removeEventListener('copy', onCopy);
      document.removeEventListener('cut', onCopy);
      document.removeEventListener('paste', onPaste);
    };
  }, [session, commands, actions]);
}

function closest(target: EventTarget | null, selector: string): Element | null {
  return target instanceof Element ? target.closest(selector) : null;
}

function isTyping(target: EventTarget | null): boolean {
  return (
    closest(target, 'input:not([type=checkbox]):not([type=radio]), textarea, select, .cm-content') !== null ||
    (target instanceof HTMLElement && target.isContentEditable)
  );
}

/** A field whose text is part of the flow, and so of its undo history. */
function isFlowField(target: EventTarget | null): boolean {
  return closest(target, '[data-flow-field]') !== null;
}

function isOnCanvas(target: EventTarget | null): boolean {
  return target === document.body || closest(target, '[data-canvas]') !== null;
}

function isButton(target: EventTarget | null): boolean {
  return closest(target, 'button, a, [role=button]') !== null;
}

/** Dialogs, menus and lists have a keyboard of their own. */
function isInOverlay(target: EventTarget | null): boolean {
  return closest(target, '[role=dialog], [role=alertdialog], [role=menu], [role=listbox]') !== null;
}

/** Copying a selected text, in a field or anywhere else, is not copying nodes. */
function leavesClipboardAlone(event: ClipboardEvent): boolean {
  if (isTyping(event.target) || isInOverlay(event.target)) return true;
  return (window.getSelection()?.toString() ?? '') !== '';
}

function focusInspector(): void {
  requestAnimationFrame(() => {
    const field = document.querySelector('[data-inspector] :is(input, textarea, [role=textbox], [role=tab])');
    if (field instanceof HTMLElement) field.focus();
  });
}
