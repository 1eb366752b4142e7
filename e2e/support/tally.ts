import type { Performed } from './graph-stub.ts';
import type { SentEvent } from './load.ts';
import { answeredBy } from './load.ts';

/** An execution as the database has it. */
export type FoundExecution = {
  id: string;
  /** Of the event that started it. */
  eventId: string;
  status: string;
  error: { code: string; message: string } | null;
  hasUncertainEffect: boolean;
};

/** What became of everything that was sent. The lists name events; empty is right. */
export type Tally = {
  acknowledged: number;
  executions: number;
  succeeded: number;
  /** Effects that the world saw. */
  effects: number;
  /** More than one execution or more than one effect. */
  duplicates: string[];
  /** Acknowledged, and no execution or no effect. */
  lost: string[];
  /** With the reason: it ended and not well. */
  failed: string[];
  uncertain: string[];
  /** Neither ended well nor badly. */
  open: string[];
  /** Answered before an earlier thing of the same person, in the same flow. */
  disordered: string[];
};

/** Compares what was sent, what ran and what the world saw. Everything is told by the id of the event. */
export function tally(
  sent: readonly SentEvent[],
  executions: readonly FoundExecution[],
  performed: readonly Performed[],
): Tally {
  const acknowledged = sent.filter(({ isAcknowledged }) => isAcknowledged).map(({ id }) => id);
  const answered = performed.map(({ text }) => answeredBy(text)).filter((id) => id !== null);
  const runs = countOf(executions.map(({ eventId }) => eventId));
  const effects = countOf(answered);
  const idsOf = (found: FoundExecution[]) => found.map(({ eventId }) => eventId);
  const havingStatus = (...statuses: string[]) =>
    executions.filter(({ status }) => statuses.includes(status));
  return {
    acknowledged: acknowledged.length,
    executions: executions.length,
    succeeded: havingStatus('succeeded').length,
    effects: answered.length,
    duplicates: [...new Set([...moreThanOnce(runs), ...moreThanOnce(effects)])],
    lost: acknowledged.filter((id) => !runs.has(id) || !effects.has(id)),
    failed: havingStatus('failed', 'cancelled').map(
      ({ eventId, error }) => `${eventId}: ${error?.code} ${error?.message}`,
    ),
    uncertain: idsOf(executions.filter(({ hasUncertainEffect }) => hasUncertainEffect)),
    open: idsOf(havingStatus('queued', 'running', 'waiting')),
    disordered: disorderOf(sent, answered),
  };
}

/** The tally of a run in which nothing went wrong: everything acknowledged ran to its end and was answered once. */
export function flawless(acknowledged: number): Tally {
  return {
    acknowledged,
    executions: acknowledged,
    succeeded: acknowledged,
    effects: acknowledged,
    duplicates: [],
    lost: [],
    failed: [],
    uncertain: [],
    open: [],
    disordered: [],
  };
}

/** `sent` is in order per person, as nobody writes before the last thing was taken in. */
function disorderOf(sent: readonly SentEvent[], answered: readonly string[]): string[] {
  const place = new Map(
    sent.map(({ id, kind, person }, index) => [id, { index, queue: `${kind} ${person}` }]),
  );
  const latest = new Map<string, number>();
  return answered.filter((id) => {
    const at = place.get(id);
    if (!at) return false;
    const before = latest.get(at.queue) ?? -1;
    latest.set(at.queue, Math.max(before, at.index));
    return at.index < before;
  });
}

function countOf(ids: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
  return counts;
}

function moreThanOnce(counts: Map<string, number>): string[] {
  return [...counts].filter(([, count]) => count > 1).map(([id]) => id);
}
