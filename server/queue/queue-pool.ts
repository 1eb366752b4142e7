import type pg from 'pg';
import { sameDatabase } from '../database/connect.ts';
import { openPool } from '../database/open-pool.ts';

/** BullMQ's tables live beside ours, in a schema of their own. */
export const QUEUE_SCHEMA = 'bullmq';

/**
 * Connections for BullMQ on the database that `pool` leads to. What BullMQ keeps may lose its last moments in a power
 * cut: what is due stands in flow_executions. Not waiting for the disk keeps its many small transactions from competing
 * with the journal for it.
 */
export function openQueuePool(pool: pg.Pool, connections: number): pg.Pool {
  return openPool({
    ...sameDatabase(pool),
    max: connections,
    keepAlive: true,
    application_name: 'replygraph-queue',
    options: `-c search_path=${QUEUE_SCHEMA} -c synchronous_commit=off`,
  });
}
