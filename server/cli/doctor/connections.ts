import type { Config } from '../../config.ts';

/**
 * Most connections to PostgreSQL that one process opens; documented in docs/operations.md, held by a test.
 *
 * 20 of the pool (server/database/connect.ts). BullMQ on PostgreSQL: one for each of three lanes listens, three work
 * (server/queue/open-queue.ts). Where there may be several processes: 1 that says that it lives, 1 for notices between
 * them; and 3 of the relay of live events, unless that is on Redis.
 */
export const CONNECTIONS_PER_PROCESS: Record<Config['shape'], number> = {
  embedded: 20 + 6,
  server: 20 + 6 + 1 + 1 + 3,
  scaled: 20 + 1 + 1,
};
