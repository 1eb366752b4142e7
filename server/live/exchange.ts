import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { LiveEvent } from '../contract/live.ts';
import type { LocalLive } from './live.ts';
import type { Parcel } from './outbox.ts';
import { createOutbox } from './outbox.ts';
import type { Beat } from './peers.ts';
import { createPeers } from './peers.ts';
import type { RelayBus } from './relay-bus.ts';

/** Events go out together this often: short for who watches, few messages for the database. */
const SEND_EVERY_MS = 25;

/** So long at most until a lost message is noticed that no other one follows. */
const BEAT_MS = 2_000;

/** A process that said nothing for so long, while we heard ourselves, is dead and took events along. */
const SILENT_MS = 15_000;

/** Nothing came in for so long, not even from ourselves: the connection is not worth keeping. Doubles with each try. */
const DEAF_MS = 15_000;
const MAX_DEAF_MS = 300_000;

/** How long a new watcher waits for other processes to know of it; whoever comes late tells what it left out. */
const ANSWER_MS = 1_000;

/** A workspace counts as watched for so long after the last watcher left: pages are changed, reloads come back. */
const LINGER_MS = 30_000;

/** Workspaces named in a beat. With more, a process asks for everything. */
const MAX_NAMED = 1_000;

const EVENTS = 'live-events';
const BEATS = 'live-beats';
const answersTo = (id: string) => `live-answers.${id}`;

const parcelSchema = z.object({
  from: z.string(),
  number: z.number(),
  missed: z.array(z.string()).nullable(),
  events: z.array(z.tuple([z.string(), z.string()])),
});
const beatSchema = z.object({
  from: z.string(),
  sent: z.number(),
  watching: z.array(z.string()).nullable(),
  version: z.number(),
  isLast: z.boolean(),
});
const answerSchema = z.object({ from: z.string(), version: z.number() });

/**
 * Exchanges live events with the other processes over a bus that may lose any message. A watcher either gets an event or
 * is told that something is missing:
 *
 * - Every process numbers its messages and names the last number in its beats, so a lost one is noticed.
 * - What a process does not send, because nobody wants it, it has no room or the bus is gone, it notes, and says so to
 *   whoever wants it later.
 * - A process that falls silent may have died with events in hand: that counts as a gap too.
 */
export function joinExchange({
  bus,
  live,
  listensAlways,
  report,
}: {
  bus: RelayBus;
  live: LocalLive;
  /** Whether watchers are to be expected here; else it listens to events from the first one on. */
  listensAlways: boolean;
  report: (error: unknown) => void;
}): { close(): Promise<void> } {
  const id = randomUUID();
  const peers = createPeers();
  const outbox = createOutbox(peers.wants);
  /** Of each workspace that is watched here: until when at least, and since which version of the list. */
  const watched = new Map<string, { until: number; version: number }>();
  const answered = new Map<string, number>();
  const owedAnswers = new Map<string, number>();
  const waiters = new Set<() => void>();
  let version = 0;
  let sent = 0;
  let listening: Promise<void> | null = null;
  let heardMyselfAt = Date.now();
  let deafMs = DEAF_MS;
  let isBeatDue = true;
  let isClosed = false;
  let sending: Promise<void> | null = null;
  let sendTimer: NodeJS.Timeout | undefined;
  let sentAt = Number.NEGATIVE_INFINITY;

  function listen(): Promise<void> {
    listening ??= bus.subscribe(EVENTS, onEvents).catch((error) => {
      // Events would not come in and nobody would notice, for beats do. With a new connection it is tried again.
      report(error);
      bus.renew();
    });
    return listening;
  }

  function onEvents(data: unknown): void {
    const { from, number, missed, events } = parcelSchema.parse(data);
    if (from === id) return;
    const order = peers.heardEvents(from, number, Date.now());
    if (order === 'repeated') return;
    if (order === 'gap' || missed === null) live.gap(null);
    for (const workspaceId of missed ?? []) live.gap(workspaceId);
    for (const [workspaceId, text] of events) {
      if (live.isWatched(workspaceId)) live.deliver(workspaceId, [parseEvent(text)]);
    }
  }

  function onBeat(data: unknown): void {
    const { isLast, ...beat } = beatSchema.parse(data);
    const now = Date.now();
    if (beat.from === id) {
      heardMyself(now);
      return;
    }
    const { isNew, isGap, isChange } = peers.heardBeat(beat, now);
    if (isGap) live.gap(null);
    if (isLast) peers.left(beat.from);
    else if (isNew) beatNow();
    if (isLast) wakeWaiters();
    if (isLast || !isChange) return;
    outbox.interestChanged();
    owedAnswers.set(beat.from, beat.version);
    sendSoon(0);
  }

  function heardMyself(now: number): void {
    heardMyselfAt = now;
    deafMs = DEAF_MS;
    if (peers.forgetSilent(now - SILENT_MS)) {
      live.gap(null);
      wakeWaiters();
    }
  }

  function onAnswer(data: unknown): void {
    const answer = answerSchema.parse(data);
    answered.set(answer.from, Math.max(answer.version, answered.get(answer.from) ?? 0));
    wakeWaiters();
  }

  function wakeWaiters(): void {
    for (const wake of waiters) wake();
  }

  async function watch(workspaceId: string): Promise<void> {
    const until = Date.now() + LINGER_MS;
    const known = watched.get(workspaceId);
    if (known) known.until = until;
    else {
      version += 1;
      watched.set(workspaceId, { until, version });
    }
    await listen();
    if (!known) beatNow();
    await untilAnswered(known?.version ?? version);
  }

  /** Whoever does not answer in time is not waited for again. */
  function untilAnswered(wantedVersion: number): Promise<void> {
    const late = () => peers.ids().filter((peer) => (answered.get(peer) ?? 0) < wantedVersion);
    if (!bus.isOpen() || late().length === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        waiters.delete(wake);
        resolve();
      };
      const wake = () => {
        if (late().length === 0) end();
      };
      const timer = setTimeout(() => {
        for (const peer of late()) answered.set(peer, wantedVersion);
        end();
      }, ANSWER_MS);
      waiters.add(wake);
    });
  }

  function beatNow(): void {
    isBeatDue = true;
    sendSoon(0);
  }

  /** The first event after a pause goes at once, those of a busy time together. */
  function sendEventsSoon(): void {
    if (!sendTimer) sendSoon(Math.max(0, sentAt + SEND_EVERY_MS - Date.now()));
  }

  function sendSoon(afterMs: number): void {
    clearTimeout(sendTimer);
    sendTimer = setTimeout(() => {
      sendTimer = undefined;
      void send();
    }, afterMs);
    sendTimer.unref();
  }

  /** One at a time and in order; what comes meanwhile waits for the next. */
  function send(): Promise<void> {
    sending ??= sendAll()
      .catch((error) => {
        if (!isClosed) report(error);
      })
      .finally(() => {
        sending = null;
      });
    return sending;
  }

  async function sendAll(): Promise<void> {
    if (!bus.isOpen()) return;
    sentAt = Date.now();
    await sendParcels(outbox.take());
    for (const [peer, answer] of owedAnswers) {
      owedAnswers.delete(peer);
      await bus.publish(answersTo(peer), { from: id, version: answer });
    }
    if (isBeatDue) {
      isBeatDue = false;
      await bus.publish(BEATS, { ...beat(), isLast: isClosed });
    }
    if (isBeatDue || owedAnswers.size > 0) sendSoon(0);
    else if (!outbox.isEmpty()) sendEventsSoon();
  }

  /** A parcel that failed keeps its number, for it may have gone out: those whom it did not reach see the gap. */
  async function sendParcels(parcels: Parcel[]): Promise<void> {
    for (let parcel = parcels.shift(); parcel; parcel = parcels.shift()) {
      sent += 1;
      try {
        await bus.publish(EVENTS, { from: id, number: sent, ...parcel });
      } catch (error) {
        outbox.giveUp(parcels);
        throw error;
      }
    }
  }

  function beat(): Beat {
    const watching = watched.size > MAX_NAMED ? null : [...watched.keys()];
    return { from: id, sent, watching, version };
  }

  function dropUnwatched(now: number): void {
    for (const [workspaceId, entry] of watched) {
      if (live.isWatched(workspaceId)) entry.until = now + LINGER_MS;
      if (entry.until > now) continue;
      watched.delete(workspaceId);
      version += 1;
    }
  }

  const beating = setInterval(() => {
    const now = Date.now();
    dropUnwatched(now);
    const known = new Set(peers.ids());
    for (const peer of answered.keys()) if (!known.has(peer)) answered.delete(peer);
    if (now - heardMyselfAt > deafMs) {
      heardMyselfAt = now;
      deafMs = Math.min(deafMs * 2, MAX_DEAF_MS);
      bus.renew();
    }
    beatNow();
  }, BEAT_MS);
  beating.unref();

  bus.onOpen(() => {
    const now = Date.now();
    heardMyselfAt = now;
    peers.excuseSilence(now);
    beatNow();
  });
  void bus.subscribe(BEATS, onBeat).catch(report);
  void bus.subscribe(answersTo(id), onAnswer).catch(report);
  if (listensAlways) void listen();
  if (bus.isOpen()) beatNow();
  live.connect({
    watch,
    forward: (workspaceId, events) => {
      outbox.add(workspaceId, events);
      if (!outbox.isEmpty()) sendEventsSoon();
    },
  });

  return {
    close: async () => {
      live.connect(null);
      clearInterval(beating);
      clearTimeout(sendTimer);
      await sending;
      isClosed = true;
      isBeatDue = true;
      await send();
    },
  };
}

/** Written by another process of ours, from an event of this type. */
function parseEvent(text: string): Omit<LiveEvent, 'topic'> {
  return JSON.parse(text) as Omit<LiveEvent, 'topic'>;
}
