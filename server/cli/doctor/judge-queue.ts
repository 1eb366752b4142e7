import type { Finding } from './finding.ts';
import { counted, findingsOf, size } from './finding.ts';

export type QueueFacts =
  | { kind: 'unknown'; reason: string }
  | { kind: 'postgresql'; hasSchema: boolean; waitingJobs: number }
  | { kind: 'redis'; isReachable: false; reason: string }
  | {
      kind: 'redis';
      isReachable: true;
      version: string;
      maxMemoryPolicy: string;
      usedBytes: number;
      /** 0 = no limit. */
      maxBytes: number;
      isPersistent: boolean;
      waitingJobs: number;
    };

type RedisFacts = Extract<QueueFacts, { kind: 'redis'; isReachable: true }>;

const OLDEST_REDIS = [6, 2] as const;
const FULL_SHARE = 0.9;

const { ok, warning, broken } = findingsOf('queue');

export function judgeQueue(facts: QueueFacts): Finding[] {
  switch (facts.kind) {
    case 'unknown':
      return [warning(`was not looked at: ${facts.reason}`, 'see the lines above')];
    case 'postgresql':
      return facts.hasSchema
        ? [ok(`on PostgreSQL, ${counted(facts.waitingJobs, 'job waits', 'jobs wait')}`)]
        : [warning('has no tables on PostgreSQL yet', 'they are made by the first start')];
    case 'redis':
      return facts.isReachable
        ? [judgeVersion(facts), judgePolicy(facts), ...judgeMemory(facts), judgePersistence(facts)]
        : [
            broken(
              `Redis can't be reached: ${facts.reason}`,
              'check REDIS_URL; meanwhile workers take their work straight from the database',
            ),
          ];
  }
}

function judgeVersion({ version, waitingJobs }: RedisFacts): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isNew = major > OLDEST_REDIS[0] || (major === OLDEST_REDIS[0] && minor >= OLDEST_REDIS[1]);
  if (isNew) return ok(`on Redis ${version}, ${counted(waitingJobs, 'job waits', 'jobs wait')}`);
  return broken(`Redis ${version} is too old`, `use Redis ${OLDEST_REDIS.join('.')} or newer`);
}

function judgePolicy({ maxMemoryPolicy: policy }: RedisFacts): Finding {
  if (policy === 'noeviction') return ok('Redis evicts nothing');
  return warning(
    `Redis may evict jobs (maxmemory-policy ${policy})`,
    'set maxmemory-policy noeviction; evicted jobs come back from the database, but late',
  );
}

function judgeMemory({ usedBytes, maxBytes }: RedisFacts): Finding[] {
  if (maxBytes === 0 || usedBytes < maxBytes * FULL_SHARE) return [];
  return [
    warning(
      `Redis uses ${size(usedBytes)} of ${size(maxBytes)}`,
      'raise maxmemory, or give us a Redis of our own',
    ),
  ];
}

function judgePersistence({ isPersistent }: RedisFacts): Finding {
  return isPersistent
    ? ok('Redis keeps its jobs over a restart')
    : ok('Redis keeps no jobs over a restart; they come back from the database within seconds');
}
