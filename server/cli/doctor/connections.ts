import type { Config } from '../../config.ts';
import { HOT_CONNECTIONS, OTHER_CONNECTIONS } from '../../database/pool-sizes.ts';

const POOLED = HOT_CONNECTIONS + OTHER_CONNECTIONS;

/**
 * Most connections to PostgreSQL that one process opens; documented in docs/operations.md, held by a test.
 *
 * Those of the two pools (server/database/connect.ts). BullMQ on PostgreSQL: one for each of three lanes listens, three work
 * (server/queue/open-queue.ts). Where there may be several processes: 1 that says that it lives, 1 for notices between
 * them; and 3 of the relay of live events, unless that is on Redis.
 */
export const CONNECTIONS_PER_PROCESS: Record<Config['shape'], number> = {
  embedded: POOLED + 6,
  server: POOLED + 6 + 1 + 1 + 3,
  scaled: POOLED + 1 + 1,
};
