import { createHash } from 'node:crypto';
import type { TriggerEvent } from '../../engine/event.ts';
import { limitDepth } from './limit-depth.ts';

/** One event of a delivery, in our shape where it is of a kind that flows know. */
export type IncomingEvent = {
  /** `entry[].id`; null when the entry has none. */
  accountExternalId: string | null;
  kind: string;
  /** The same for every delivery of the same event. */
  dedupeKey: string;
  payload: unknown;
} & ({ event: TriggerEvent } | { event: null; reason: string });

/** What our own trial of a webhook delivers (server/account-checks). */
export const TEST_FIELD = 'replygraph_test';

/** Whether the platform sent it: it was neither read afterwards (server/backfill) nor our own test. */
export function cameByWebhook({ kind, payload }: Pick<IncomingEvent, 'kind' | 'payload'>): boolean {
  const wasPolled = typeof payload === 'object' && payload !== null && 'polled' in payload;
  return kind !== TEST_FIELD && !wasPolled;
}

/** The entry that an event stands in. */
export type Entry = {
  accountId: string;
  /** When Meta sent it, ISO 8601. */
  at: string;
  receivedAt: Date;
};

/** An event that flows know. `key` names it among those of its account; null: only its content does. */
export function accepted(
  entry: Entry,
  item: unknown,
  key: string | null,
  event: Omit<TriggerEvent, 'raw' | 'account'>,
): IncomingEvent {
  const payload = limitDepth(item);
  return {
    accountExternalId: entry.accountId,
    kind: event.kind,
    dedupeKey: key === null ? contentKey(event.kind, entry.accountId, payload) : bounded(key),
    payload,
    event: { ...event, account: { id: entry.accountId }, raw: payload },
  };
}

/** An event that is kept and starts nothing. */
export function ignored(
  accountExternalId: string | null,
  kind: string,
  item: unknown,
  reason: string,
): IncomingEvent {
  const payload = limitDepth(item ?? null);
  const shortKind = kind.slice(0, 100);
  const dedupeKey = contentKey(shortKind, accountExternalId, payload);
  return { accountExternalId, kind: shortKind, dedupeKey, payload, event: null, reason };
}

export function unreadable(accountExternalId: string | null, kind: string, item: unknown): IncomingEvent {
  return ignored(accountExternalId, kind, item, 'This part of the delivery could not be read.');
}

/**
 * Meta gives seconds in comments and milliseconds in messages. A time that can't be is replaced: one in the future would
 * hold the 24-hour window open.
 */
export function isoTime(time: number | undefined, fallback: string, receivedAt: Date): string {
  if (time === undefined) return fallback;
  const milliseconds = time < 1e11 ? time * 1_000 : time;
  const isPossible = milliseconds > EARLIEST && milliseconds < receivedAt.getTime() + MAX_CLOCK_DIFFERENCE_MS;
  return isPossible ? new Date(milliseconds).toISOString() : fallback;
}

const EARLIEST = Date.UTC(2010, 0);
const MAX_CLOCK_DIFFERENCE_MS = 86_400_000;

/** PostgreSQL indexes rows up to some 2,700 bytes. */
const LONGEST_KEY = 500;

function bounded(key: string): string {
  return key.length <= LONGEST_KEY ? key : `${key.slice(0, 100)}:${hashOf(key)}`;
}

function contentKey(kind: string, accountExternalId: string | null, payload: unknown): string {
  return `${kind}:${accountExternalId}:${hashOf(JSON.stringify(payload))}`;
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');
