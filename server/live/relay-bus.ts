import { setTimeout as pause } from 'node:timers/promises';
import type { ConnectionOptions, PgPool, RelayOptions } from 'bullmq';
import { createPostgresRelayBackend, createRedisRelayBackend, Relay } from 'bullmq';
import { Redis } from 'ioredis';
import type pg from 'pg';
import type { Config } from '../config.ts';
import type { Logger } from '../log.ts';
import { openQueuePool } from '../queue/queue-pool.ts';
import { redisPrefix } from '../queue/redis-prefix.ts';
import { within } from './within.ts';

/**
 * Publish and subscribe between processes, which may lose messages: whoever uses it numbers them. It connects, and
 * connects again, by itself.
 */
export type RelayBus = {
  /** @throws when it may not have gone out */
  publish(topic: string, data: unknown): Promise<void>;
  /** Holds over every loss of connection. Resolves when it is in effect, at once while there is no connection. */
  subscribe(topic: string, listener: (data: unknown) => void): Promise<void>;
  isOpen(): boolean;
  /** The first time that it is open. */
  opened: Promise<void>;
  /** Called each time that it is open, with all subscriptions. */
  onOpen(listener: () => void): void;
  /** Drops the connection and builds a new one. */
  renew(): void;
  close(): Promise<void>;
};

const RETRY_MS = 1_000;

/** Trouble comes in swarms: every command on its way fails. */
const REPORT_EVERY_MS = 10_000;

/** Closing talks to the server, which may be gone. */
const CLOSE_MS = 1_000;

/**
 * BullMQ's relay forgets a process that was not heard for the lease, e.g. because Redis was flushed, and is asked every
 * heartbeat whether it did: so long nothing comes in. A process that reads nothing has at most so many messages waiting
 * (some 200 KB each at the very most) before the oldest are dropped.
 */
const OPTIONS = { leaseDuration: 15_000, heartbeatInterval: 2_000, inboxMaxLength: 1_000 } satisfies Partial<
  RelayOptions<unknown>
>;

type BusDeps = { config: Pick<Config, 'REDIS_URL'>; pool: pg.Pool; log: Logger };

/** BullMQ's relay on Redis where REDIS_URL is set, else on PostgreSQL. Answers at once and connects in the background. */
export function openRelayBus(deps: BusDeps): RelayBus {
  const listeners = new Map<string, (data: unknown) => void>();
  const openListeners: (() => void)[] = [];
  const firstOpen = Promise.withResolvers<void>();
  const stop = new AbortController();
  const stopped = new Promise<never>((_, reject) => {
    stop.signal.addEventListener('abort', () => reject(new Error('The relay is closed.')));
  });
  stopped.catch(() => {});
  let open: Opened['relay'] | null = null;
  let renew = () => {};
  let reportedAt = Number.NEGATIVE_INFINITY;

  function report(error: unknown): void {
    if (stop.signal.aborted || performance.now() - reportedAt < REPORT_EVERY_MS) return;
    reportedAt = performance.now();
    deps.log.warn({ err: error }, 'The relay of live events has trouble; it is tried again');
  }

  const subscribeAt = (relay: Opened['relay'], topic: string) =>
    relay.subscribe(topic, ({ data }) => listeners.get(topic)?.(data));

  async function prepare(relay: Opened['relay']): Promise<void> {
    await relay.waitUntilReady();
    for (const topic of listeners.keys()) await subscribeAt(relay, topic);
    open = relay;
    firstOpen.resolve();
    for (const listener of openListeners) listener();
  }

  /** One connection, from its opening to its end. */
  async function connectOnce(): Promise<never> {
    const renewed = Promise.withResolvers<never>();
    renewed.promise.catch(() => {});
    renew = () => renewed.reject(new Error('Nothing came through the relay of live events.'));
    const connection = await connect(deps, report);
    try {
      await Promise.race([prepare(connection.relay), renewed.promise, stopped]);
      return await Promise.race([renewed.promise, stopped]);
    } finally {
      open = null;
      await connection.close();
    }
  }

  async function keepConnected(): Promise<void> {
    while (!stop.signal.aborted) {
      await connectOnce().catch(report);
      await pause(RETRY_MS, undefined, { signal: stop.signal, ref: false }).catch(() => {});
    }
  }
  const running = keepConnected();

  return {
    publish: async (topic, data) => {
      if (!open) throw new Error('There is no connection to the relay of live events.');
      await open.publish(topic, data);
    },
    subscribe: async (topic, listener) => {
      listeners.set(topic, listener);
      if (open) await subscribeAt(open, topic);
    },
    isOpen: () => open !== null,
    opened: firstOpen.promise,
    onOpen: (listener) => {
      openListeners.push(listener);
    },
    renew: () => renew(),
    close: async () => {
      stop.abort();
      await running;
    },
  };
}

type Opened = {
  relay: Pick<Relay, 'waitUntilReady' | 'subscribe' | 'publish' | 'close'>;
  close(): Promise<void>;
};

async function connect({ config, pool }: BusDeps, report: (error: unknown) => void): Promise<Opened> {
  if (config.REDIS_URL) {
    const redis = new Redis(config.REDIS_URL, { maxRetriesPerRequest: null });
    redis.on('error', report);
    const relay = new Relay<ConnectionOptions>({
      ...OPTIONS,
      connection: redis,
      backend: createRedisRelayBackend,
      prefix: await redisPrefix(pool),
    });
    return opening(relay, report, async () => redis.disconnect());
  }
  const connections = openQueuePool(pool, 3);
  const relay = new Relay<PgPool>({
    ...OPTIONS,
    connection: connections,
    backend: createPostgresRelayBackend,
  });
  return opening(relay, report, () => connections.end());
}

function opening<Connection>(
  relay: Relay<Connection>,
  report: (error: unknown) => void,
  disconnect: () => Promise<void>,
): Opened {
  relay.on('error', report);
  return {
    relay,
    close: async () => {
      await within(CLOSE_MS, relay.close());
      await within(CLOSE_MS, disconnect());
    },
  };
}
