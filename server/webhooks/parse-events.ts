import { z } from 'zod';
import type { Entry, IncomingEvent } from './incoming-event.ts';
import { ignored, isoTime, unreadable } from './incoming-event.ts';
import { identifier, maybe, wholeNumber } from './lenient.ts';
import { parseChange } from './parse-change.ts';
import { parseMessaging } from './parse-messaging.ts';

/**
 * Meta batches up to 1,000 updates in a delivery. All events that flows know are taken; of the others no more than this, so
 * that nonsense can't fill the database.
 */
const MAX_IGNORED = 1_000;

/** More parts than this don't stand in 1 MiB of real events; they are not even looked at. */
const MAX_PARTS = 20_000;

const envelopeSchema = z.object({ object: z.unknown().optional(), entry: z.array(z.unknown()) });

const entrySchema = z.object({
  id: identifier(64),
  time: maybe(wholeNumber),
  changes: z.unknown().optional(),
  messaging: z.unknown().optional(),
  standby: z.unknown().optional(),
  field: z.unknown().optional(),
  value: z.unknown().optional(),
});

/**
 * Takes a delivery apart. An entry or event that can't be read is kept as such, with the reason, and leaves its
 * neighbours alone.
 * @returns null when the body is no delivery at all
 */
export function parseEvents(body: unknown, receivedAt: Date): IncomingEvent[] | null {
  const entries = entriesOf(body);
  if (entries === null) return null;
  const parts = entries.flatMap(({ entry, object }) => partsOf(entry, object, receivedAt));
  let ignoredCount = 0;
  const events = parts.slice(0, MAX_PARTS).flatMap((read) => {
    const event = read();
    if (event.event === null) ignoredCount += 1;
    return event.event === null && ignoredCount > MAX_IGNORED ? [] : [event];
  });
  const left = parts.length - events.length;
  if (left === 0) return events;
  return [
    ...events,
    ignored(null, 'entry', { left }, `${left} more parts of this delivery start nothing and are not kept.`),
  ];
}

/** Reads one event; not before it is its turn, as a body may hold very many. */
type Read = () => IncomingEvent;

type RawEntry = { entry: unknown; object: unknown };

/** The body is one envelope; Meta's examples show a list of them. */
function entriesOf(body: unknown): RawEntry[] | null {
  const found = (Array.isArray(body) ? body : [body]).map((item) => envelopeSchema.safeParse(item));
  if (!found.some(({ success }) => success)) return null;
  return found.flatMap(({ data }, index) =>
    data
      ? data.entry.map((entry) => ({ entry, object: data.object }))
      : [{ entry: Array.isArray(body) ? body[index] : body, object: undefined }],
  );
}

function partsOf(raw: unknown, object: unknown, receivedAt: Date): Read[] {
  const parsed = entrySchema.safeParse(raw);
  if (!parsed.success) return [() => unreadable(null, 'entry', raw)];
  const { id: accountId, time, changes, messaging, standby, field, value } = parsed.data;
  if (typeof object === 'string' && object !== 'instagram') {
    const reason = `This is about "${object.slice(0, 100)}", not about Instagram.`;
    return [() => ignored(accountId, 'entry', raw, reason)];
  }
  if ([changes, messaging, standby, field].every((part) => part === undefined)) {
    return [() => ignored(accountId, 'entry', raw, 'This entry has nothing that is known.')];
  }
  const entry: Entry = { accountId, at: isoTime(time, receivedAt.toISOString(), receivedAt), receivedAt };
  const reading = (list: unknown, name: string, read: (item: unknown) => IncomingEvent): Read[] => {
    if (list === undefined || list === null) return [];
    if (!Array.isArray(list)) return [() => unreadable(accountId, name, list)];
    return list.map((item) => () => read(item));
  };
  return [
    ...reading(changes, 'changes', (change) => parseChange(entry, change)),
    ...(field === undefined ? [] : [() => parseChange(entry, { field, value })]),
    ...reading(messaging, 'messaging', (item) => parseMessaging(entry, item)),
    ...reading(standby, 'standby', (item) =>
      ignored(accountId, 'standby', item, 'Another app has this conversation.'),
    ),
  ];
}
