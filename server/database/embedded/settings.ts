/**
 * Server settings for a small machine that also runs us. Given on the command line at every start, so that a new
 * version's settings reach old data folders too. Nothing here trades durability: fsync, full_page_writes and
 * synchronous_commit stay on.
 */
export const SERVER_SETTINGS: Record<string, string> = {
  // Our pools and BullMQ's; each idle connection costs some 2 MB.
  max_connections: '60',
  // The hot set of a small installation. Larger counts against the 120 MB that the database may take.
  shared_buffers: '48MB',
  work_mem: '4MB',
  maintenance_work_mem: '32MB',
  effective_cache_size: '512MB',
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  // Transactions that commit together share one flush anyway; a pause would only add latency.
  commit_delay: '0',
  // No replicas, no archive: the shortest log, and no processes that wait for them.
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_logical_replication_workers: '0',
  wal_buffers: '4MB',
  wal_compression: 'pglz',
  min_wal_size: '64MB',
  max_wal_size: '512MB',
  checkpoint_timeout: '15min',
  // The I/O workers of PostgreSQL 18 cost memory and help only reads from slow disks.
  io_method: 'sync',
  random_page_cost: '1.1',
  jit: 'off',
  max_parallel_workers_per_gather: '0',
  max_worker_processes: '2',
  autovacuum_max_workers: '2',
  autovacuum_naptime: '30s',
  // A client that vanished (kill -9) must not keep its locks.
  tcp_keepalives_idle: '60',
  client_connection_check_interval: '10s',
  timezone: 'UTC',
  // Failed statements are reported to the caller; in this file they would only leave people's texts behind.
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_checkpoints: 'off',
  log_autovacuum_min_duration: '-1',
  log_timezone: 'UTC',
};

/** `-c name=value` for every setting. */
export function settingFlags(settings: Record<string, string>): string[] {
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}
