import type pg from 'pg';
import type { LiveEvent, ServerMessage } from '../contract/live.ts';
import type { LocalLive } from './live.ts';
import { isTopicOf, missedEvents } from './replay.ts';

/** Topics that one client may watch at once. */
const MAX_TOPICS = 50;

/** Unsent bytes at which a client counts as too slow and gets no more events until it has caught up. */
const MAX_BUFFERED_BYTES = 1024 * 1024;

/** Events kept while the journal is read for a client that asked for what it missed. */
const MAX_HELD_EVENTS = 1_000;

const CATCH_UP_CHECK_MS = 250;

/** The part of a WebSocket that is needed here. */
export type Wire = { send(text: string): void; bufferedBytes(): number };

export type Subscriptions = {
  subscribe(topic: string, since: number | undefined): Promise<void>;
  unsubscribe(topic: string): void;
  /** The client is gone. */
  close(): void;
};

/** The topics that one client watches. Memory per client is bounded: who can't keep up is told to load the topic anew. */
export function createSubscriptions(
  { live, pool }: { live: LocalLive; pool: pg.Pool },
  workspaceId: string,
  wire: Wire,
): Subscriptions {
  const topics = new Map<string, () => void>();
  const lagging = new Set<string>();
  let catchUp: NodeJS.Timeout | undefined;
  let closed = false;

  const say = (message: ServerMessage) => wire.send(JSON.stringify(message));

  function deliver(topic: string, text: string): void {
    if (lagging.has(topic)) return;
    if (wire.bufferedBytes() > MAX_BUFFERED_BYTES) markLagging(topic);
    else wire.send(text);
  }

  function markLagging(topic: string): void {
    lagging.add(topic);
    catchUp ??= setInterval(() => {
      if (wire.bufferedBytes() > MAX_BUFFERED_BYTES / 4) return;
      for (const late of lagging) say({ type: 'resync', topic: late });
      lagging.clear();
      clearInterval(catchUp);
      catchUp = undefined;
    }, CATCH_UP_CHECK_MS);
  }

  async function subscribe(topic: string, since: number | undefined): Promise<void> {
    if (topics.size >= MAX_TOPICS && !topics.has(topic)) {
      return say({ type: 'error', topic, message: `A client may watch ${MAX_TOPICS} topics at once.` });
    }
    if (!(await isTopicOf(pool, workspaceId, topic))) {
      return say({ type: 'error', topic, message: 'There is no such topic in this workspace.' });
    }
    if (closed) return;
    topics.get(topic)?.();
    const executionId = /^execution:(.+)$/.exec(topic)?.[1];
    if (since === undefined || executionId === undefined) {
      topics.set(
        topic,
        live.subscribe(workspaceId, topic, (_event, text) => deliver(topic, text)),
      );
      return say({ type: 'subscribed', topic });
    }
    await subscribeAndReplay(topic, executionId, since);
  }

  /** Live events are held back until what was missed is told; those that the journal told of already are dropped. */
  async function subscribeAndReplay(topic: string, executionId: string, since: number): Promise<void> {
    let held: { event: LiveEvent; text: string }[] | null = [];
    const unsubscribe = live.subscribe(workspaceId, topic, (event, text) => {
      if (held === null) deliver(topic, text);
      else if (held.length < MAX_HELD_EVENTS) held.push({ event, text });
      else markLagging(topic);
    });
    topics.set(topic, unsubscribe);
    try {
      const missed = await missedEvents(pool, workspaceId, executionId, since);
      if (closed) return;
      say({ type: 'subscribed', topic });
      for (const event of missed) deliver(topic, JSON.stringify({ ...event, topic }));
      const toldUpTo = missed.at(-1)?.seq ?? since;
      for (const { event, text } of held) if (event.seq > toldUpTo) deliver(topic, text);
      held = null;
    } catch (error) {
      unsubscribe();
      topics.delete(topic);
      throw error;
    }
  }

  return {
    subscribe,
    unsubscribe: (topic) => {
      topics.get(topic)?.();
      topics.delete(topic);
      lagging.delete(topic);
    },
    close: () => {
      closed = true;
      clearInterval(catchUp);
      for (const unsubscribe of topics.values()) unsubscribe();
      topics.clear();
    },
  };
}
