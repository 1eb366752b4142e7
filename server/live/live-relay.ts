import type { ConnectionOptions, PgPool, RelaySubscription } from 'bullmq';
import { createPostgresRelayBackend, createRedisRelayBackend, Relay } from 'bullmq';
import { Redis } from 'ioredis';
import type pg from 'pg';
import type { Config } from '../config.ts';
import type { LiveEvent } from '../contract/live.ts';
import type { Logger } from '../log.ts';
import { openQueuePool } from '../queue/queue-pool.ts';
import { redisPrefix } from '../queue/redis-prefix.ts';
import type { LocalLive } from './live.ts';

/** Events of one workspace go out together this often: short for who watches, few messages for the database. */
const SEND_EVERY_MS = 25;

/** Events of one workspace kept for one sending; more are dropped, and read from the journal by who asks. */
const MAX_EVENTS = 1_000;

/** Bytes of events in one message; a relay refuses more than 512 KiB. */
const MAX_MESSAGE_CHARS = 200_000;

/**
 * How long a workspace that nobody watched is not asked about again. Who begins to watch says so at once; this is for
 * when that word got lost.
 */
const UNWATCHED_MS = 30_000;

type Events = Omit<LiveEvent, 'topic'>[];
type Message = { from: string; events: Events };

const WATCHED_TOPIC = 'watched';
const topicOf = (workspaceId: string) => `live.${workspaceId}`;

/**
 * Carries live events between processes over BullMQ's relay, on Redis or PostgreSQL. A process listens to the workspaces
 * that somebody watches at it; events of workspaces that nobody watches anywhere are not sent.
 */
export async function openLiveRelay(deps: {
  config: Pick<Config, 'REDIS_URL'>;
  pool: pg.Pool;
  live: LocalLive;
  log: Logger;
}): Promise<{ close(): Promise<void> }> {
  const { live, log } = deps;
  const { relay, release } = await openRelay(deps);
  relay.on('error', (error: Error) => log.warn({ err: error }, 'The relay of live events has trouble'));
  await relay.waitUntilReady();

  const outgoing = new Map<string, Events>();
  const unwatchedUntil = new Map<string, number>();
  const subscriptions = new Map<string, Promise<RelaySubscription>>();
  let closed = false;
  const report = (error: unknown) => {
    if (!closed) log.warn({ err: error }, 'Live events could not be passed on');
  };

  await relay.subscribe<{ workspaceId: string }>(WATCHED_TOPIC, ({ data }) => {
    unwatchedUntil.delete(data.workspaceId);
  });

  function watch(workspaceId: string, isWatched: boolean): void {
    const before = subscriptions.get(workspaceId);
    if (!isWatched) {
      subscriptions.delete(workspaceId);
      before?.then((subscription) => subscription.unsubscribe()).catch(report);
      return;
    }
    if (before) return;
    const subscribing = relay.subscribe<Message>(topicOf(workspaceId), ({ data }) => {
      if (data.from !== relay.nodeId) live.deliver(workspaceId, data.events);
    });
    subscriptions.set(workspaceId, subscribing);
    subscribing.then(() => relay.publish(WATCHED_TOPIC, { workspaceId })).catch(report);
  }

  function forward(workspaceId: string, events: Events): void {
    const waiting = outgoing.get(workspaceId);
    if (waiting) {
      if (waiting.length < MAX_EVENTS) waiting.push(...events);
      return;
    }
    const until = unwatchedUntil.get(workspaceId);
    if (until !== undefined && until > Date.now()) return;
    outgoing.set(workspaceId, [...events]);
  }

  async function send(workspaceId: string, events: Events): Promise<void> {
    for (const message of messagesOf(events)) {
      const { nodes } = await relay.publish(topicOf(workspaceId), { from: relay.nodeId, events: message });
      if (nodes === 0) {
        unwatchedUntil.set(workspaceId, Date.now() + UNWATCHED_MS);
        return;
      }
    }
  }

  const sending = setInterval(() => {
    for (const [workspaceId, events] of outgoing) send(workspaceId, events).catch(report);
    outgoing.clear();
  }, SEND_EVERY_MS);
  sending.unref();
  live.connect({ forward, watch });

  return {
    close: async () => {
      live.connect(null);
      clearInterval(sending);
      await Promise.all(
        [...outgoing].map(([workspaceId, events]) => send(workspaceId, events).catch(report)),
      );
      closed = true;
      await relay.close().catch(() => {});
      await release();
    },
  };
}

/** Cuts events into messages of a size that the relay takes; an event that is too large by itself is left out. */
function messagesOf(events: Events): Events[] {
  const messages: Events[] = [];
  let size = Number.POSITIVE_INFINITY;
  for (const event of events) {
    const chars = JSON.stringify(event).length;
    if (chars > MAX_MESSAGE_CHARS) continue;
    if (size + chars > MAX_MESSAGE_CHARS) {
      messages.push([]);
      size = 0;
    }
    messages.at(-1)?.push(event);
    size += chars;
  }
  return messages;
}

type RelayDeps = { config: Pick<Config, 'REDIS_URL'>; pool: pg.Pool; log: Logger };

async function openRelay({ config, pool, log }: RelayDeps) {
  if (config.REDIS_URL) {
    const redis = new Redis(config.REDIS_URL, { maxRetriesPerRequest: null });
    redis.on('error', (error) => log.warn({ err: error }, 'Redis has trouble; it is tried again'));
    const relay: Relay<ConnectionOptions> = new Relay({
      connection: redis,
      backend: createRedisRelayBackend,
      prefix: await redisPrefix(pool),
    });
    return { relay, release: async () => redis.disconnect() };
  }
  const connections = openQueuePool(pool, 3);
  const relay: Relay<PgPool> = new Relay({ connection: connections, backend: createPostgresRelayBackend });
  return { relay, release: () => connections.end() };
}
