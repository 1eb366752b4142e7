import { useEffect, useRef, useState } from 'react';
import type { Approval } from '../../server/contract/shapes.ts';
import { ApiError, api } from '../api/client.ts';

export type Decision = { kind: 'approve'; text: string } | { kind: 'reject'; reason: string };

/** Where a decision stands. `lost`: somebody else was first. */
export type DecisionState =
  | { state: 'pending'; decision: Decision; sendsAt: number }
  | { state: 'sending'; decision: Decision }
  | { state: 'done'; decision: Decision }
  | { state: 'lost'; message: string; approval: Approval | null }
  | { state: 'failed'; decision: Decision; error: unknown };

/** Long enough to notice a slip, short enough not to keep a customer waiting. */
export const UNDO_MS = 5_000;

type Waiting = { approval: Approval; decision: Decision; timer: ReturnType<typeof setTimeout> };

/**
 * Decisions that are sent after five seconds unless undone. Leaving the page sends them at once: a person's word counts.
 * @param onSent called after the server has answered, well or not
 */
export function useDecisions(onSent: () => void) {
  const [states, setStates] = useState<Readonly<Record<string, DecisionState>>>({});
  const waiting = useRef(new Map<string, Waiting>());

  const show = (id: string, state: DecisionState | null) =>
    setStates((old) => {
      const { [id]: _, ...rest } = old;
      return state ? { ...rest, [id]: state } : rest;
    });

  const send = async ({ approval, decision }: Waiting) => {
    waiting.current.delete(approval.id);
    show(approval.id, { state: 'sending', decision });
    show(approval.id, await sendDecision(approval, decision));
    onSent();
  };

  const decide = (approval: Approval, decision: Decision) => {
    if (waiting.current.has(approval.id)) return;
    const entry: Waiting = { approval, decision, timer: setTimeout(() => void send(entry), UNDO_MS) };
    waiting.current.set(approval.id, entry);
    show(approval.id, { state: 'pending', decision, sendsAt: Date.now() + UNDO_MS });
  };

  const undo = (id: string): boolean => {
    const entry = waiting.current.get(id);
    if (!entry) return false;
    clearTimeout(entry.timer);
    waiting.current.delete(id);
    show(id, null);
    return true;
  };

  /** Takes back the last one that is not sent yet. @returns its id */
  const undoLast = (): string | undefined => {
    const id = [...waiting.current.keys()].at(-1);
    return id !== undefined && undo(id) ? id : undefined;
  };

  useEffect(() => {
    const flush = () => {
      for (const { approval, decision, timer } of waiting.current.values()) {
        clearTimeout(timer);
        void postDecision(approval, decision, true).catch(() => undefined);
      }
      waiting.current.clear();
    };
    window.addEventListener('pagehide', flush);
    return () => {
      window.removeEventListener('pagehide', flush);
      flush();
    };
  }, []);

  return { states, decide, undo, undoLast, dismiss: (id: string) => show(id, null) };
}

async function sendDecision(approval: Approval, decision: Decision): Promise<DecisionState> {
  try {
    await postDecision(approval, decision, false);
    return { state: 'done', decision };
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 409) return { state: 'failed', decision, error };
    return { state: 'lost', message: error.message, approval: await readApproval(approval.id) };
  }
}

function postDecision({ id, draft }: Approval, decision: Decision, keepalive: boolean): Promise<Approval> {
  if (decision.kind === 'reject') {
    const body = decision.reason.trim() === '' ? {} : { reason: decision.reason.trim() };
    return api.post(`/api/v1/approvals/${id}/reject`, body, { keepalive });
  }
  const body = decision.text === draft ? {} : { text: decision.text };
  return api.post(`/api/v1/approvals/${id}/approve`, body, { keepalive });
}

/** Who decided; null when that can't be told just now. */
async function readApproval(id: string): Promise<Approval | null> {
  try {
    return await api.get<Approval>(`/api/v1/approvals/${id}`);
  } catch {
    return null;
  }
}
