import type pg from 'pg';
import type { LiveEvent, ServerMessage } from '../contract/live.ts';
import type { LocalLive } from './live.ts';
import { isTopicOf, missedEvents } from './replay.ts';

/** Topics that one client may watch at once. */
const MAX_TOPICS = 50;

/** Unsent bytes at which a client counts as too slow and gets no more events until it has caught up. */
export const MAX_BUFFERED_BYTES = 1024 * 1024;

/** Events kept while the journal is read for a client that asked for what it missed. */
const MAX_HELD_EVENTS = 1_000;

const CATCH_UP_CHECK_MS = 250;

/** After a gap everybody who watches loads anew; they are asked to within this time, not all at once. */
const SPREAD_MS = 1_000;

/** The part of a WebSocket that is needed here. */
export type Wire = {
  send(message: string | Buffer): void;
  bufferedBytes(): number;
  /** The client can't be served any longer and must connect again. */
  fail(error: unknown): void;
};

export type Subscriptions = {
  subscribe(topic: string, since: number | undefined): Promise<void>;
  unsubscribe(topic: string): void;
  /** The client is gone. */
  close(): void;
};

type Topic = {
  name: string;
  /** Set when the client said what it knows: it is kept up to date from the journal then. */
  replay: { executionId: string; lastSeq: number } | null;
  /** What comes while the journal is read. */
  held: { event: LiveEvent; message: Buffer }[] | null;
  stop: () => void;
};

/**
 * The topics that one client watches. Memory per client is bounded: who can't keep up gets no more events of a topic
 * until it has read what it was sent. Then, as after a gap between the processes, it is made good: an execution with
 * `since` is replayed from the journal, other topics are to be loaded anew (`resync`).
 */
export function createSubscriptions(
  { live, pool }: { live: LocalLive; pool: pg.Pool },
  workspaceId: string,
  wire: Wire,
): Subscriptions {
  const topics = new Map<string, Topic>();
  /** Topics of which events were missed and not made good yet. */
  const late = new Set<Topic>();
  let makeGoodTimer: NodeJS.Timeout | undefined;
  let isClosed = false;

  const say = (message: ServerMessage) => wire.send(JSON.stringify(message));

  function deliver(topic: Topic, event: LiveEvent, message: Buffer): void {
    if (late.has(topic)) return;
    if (wire.bufferedBytes() > MAX_BUFFERED_BYTES) {
      markLate(topic, CATCH_UP_CHECK_MS);
      return;
    }
    wire.send(message);
    if (topic.replay) topic.replay.lastSeq = Math.max(topic.replay.lastSeq, event.seq);
  }

  function markLate(topic: Topic, afterMs: number): void {
    late.add(topic);
    makeGoodTimer ??= setTimeout(makeGood, afterMs);
  }

  function makeGood(): void {
    makeGoodTimer = undefined;
    const isBehind = wire.bufferedBytes() > MAX_BUFFERED_BYTES / 4;
    const ready = [...late].filter(({ held }) => !isBehind && held === null);
    for (const topic of ready) {
      late.delete(topic);
      if (topic.replay) replay(topic, topic.replay).catch(wire.fail);
      else say({ type: 'resync', topic: topic.name });
    }
    if (late.size > 0) makeGoodTimer ??= setTimeout(makeGood, CATCH_UP_CHECK_MS);
  }

  function end(topic: Topic): void {
    topic.stop();
    late.delete(topic);
    if (topics.get(topic.name) === topic) topics.delete(topic.name);
  }

  async function subscribe(name: string, since: number | undefined): Promise<void> {
    if (topics.size >= MAX_TOPICS && !topics.has(name)) {
      return say({ type: 'error', topic: name, message: `A client may watch ${MAX_TOPICS} topics at once.` });
    }
    if (!(await isTopicOf(pool, workspaceId, name))) {
      return say({ type: 'error', topic: name, message: 'There is no such topic in this workspace.' });
    }
    await live.reach(workspaceId);
    if (isClosed) return;
    const before = topics.get(name);
    if (before) end(before);
    const executionId = /^execution:(.+)$/.exec(name)?.[1];
    const topic: Topic = {
      name,
      replay: since === undefined || executionId === undefined ? null : { executionId, lastSeq: since },
      held: null,
      stop: () => {},
    };
    topics.set(name, topic);
    topic.stop = live.subscribe(workspaceId, name, {
      onEvent: (event, message) => take(topic, event, message),
      onGap: () => markLate(topic, Math.random() * SPREAD_MS),
    });
    if (!topic.replay) return say({ type: 'subscribed', topic: name });
    try {
      await replay(topic, topic.replay, () => say({ type: 'subscribed', topic: name }));
    } catch (error) {
      end(topic);
      throw error;
    }
  }

  function take(topic: Topic, event: LiveEvent, message: Buffer): void {
    if (topic.held === null) deliver(topic, event, message);
    else if (topic.held.length < MAX_HELD_EVENTS) topic.held.push({ event, message });
    else markLate(topic, CATCH_UP_CHECK_MS);
  }

  /** Live events are held back until what was missed is told; those that the journal told of already are dropped. */
  async function replay(
    topic: Topic,
    { executionId, lastSeq }: NonNullable<Topic['replay']>,
    begin = () => {},
  ): Promise<void> {
    const held: NonNullable<Topic['held']> = [];
    topic.held = held;
    try {
      const missed = await missedEvents(pool, workspaceId, executionId, lastSeq);
      if (isClosed || topics.get(topic.name) !== topic) return;
      begin();
      for (const event of missed) {
        const addressed = { ...event, topic: topic.name };
        deliver(topic, addressed, Buffer.from(JSON.stringify(addressed)));
      }
      const toldUpTo = missed.at(-1)?.seq ?? lastSeq;
      for (const { event, message } of held) if (event.seq > toldUpTo) deliver(topic, event, message);
    } finally {
      topic.held = null;
    }
  }

  return {
    subscribe,
    unsubscribe: (name) => {
      const topic = topics.get(name);
      if (topic) end(topic);
    },
    close: () => {
      isClosed = true;
      clearTimeout(makeGoodTimer);
      for (const topic of topics.values()) topic.stop();
      topics.clear();
      late.clear();
    },
  };
}
