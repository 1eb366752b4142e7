import type { Finding } from './finding.ts';
import { counted, duration, findingsOf, size } from './finding.ts';

export type DatabaseFacts =
  | { isReachable: false; reason: string }
  | {
      isReachable: true;
      /** Major version. */
      version: number;
      migrations: { state: 'none' | 'current' | 'newer' | 'unknown' } | { state: 'pending'; count: number };
      mayCreateSchemas: boolean;
      /** The database's clock against that of this machine; positive when it is ahead. */
      clockAheadMs: number;
      maxConnections: number;
      usedConnections: number;
      /** What one more process opens at most. */
      connectionsPerProcess: number;
      settings: Record<'fsync' | 'full_page_writes' | 'synchronous_commit' | 'autovacuum', string>;
      tables: { name: string; bytes: number; rows: number; deadRows: number }[];
      longTransactions: { pid: number; application: string; seconds: number }[];
    };

type Reachable = Extract<DatabaseFacts, { isReachable: true }>;

const OLDEST_VERSION = 15;
const MUCH_CLOCK_MS = 2_000;
/** Below, dead rows cost nothing worth a word. */
const MANY_DEAD_ROWS = 100_000;
const LARGE_BYTES = 20e9;

const { ok, warning, broken } = findingsOf('database');

export function judgeDatabase(facts: DatabaseFacts): Finding[] {
  if (!facts.isReachable) {
    return [broken(`can't be used: ${facts.reason}`, 'check DATABASE_URL and that the server runs')];
  }
  return [
    judgeVersion(facts),
    judgeMigrations(facts),
    ...judgeClock(facts),
    judgeConnections(facts),
    ...judgeDurability(facts),
    ...judgeTables(facts),
    ...judgeTransactions(facts),
  ];
}

function judgeVersion({ version }: Reachable): Finding {
  if (version >= OLDEST_VERSION) return ok(`PostgreSQL ${version} answers`);
  return broken(`PostgreSQL ${version} is too old`, `use PostgreSQL ${OLDEST_VERSION} or newer`);
}

function judgeMigrations({ migrations, mayCreateSchemas }: Reachable): Finding {
  switch (migrations.state) {
    case 'current':
      return ok('its tables are those of this version');
    case 'pending':
      return warning(
        `${counted(migrations.count, 'migration')} of this version did not run yet`,
        'they run when this version starts',
      );
    case 'none':
      return mayCreateSchemas
        ? warning('has no tables of Replygraph yet', 'they are made by the first start')
        : broken(
            'has no tables yet, and this login may not make any',
            'grant it CREATE on the database and on its schema public',
          );
    case 'newer':
      return broken('was migrated by a newer version', 'run that version, or restore a backup for this one');
    case 'unknown':
      return broken('was migrated by another program or version', 'check DATABASE_URL');
  }
}

function judgeClock({ clockAheadMs }: Reachable): Finding[] {
  if (Math.abs(clockAheadMs) < MUCH_CLOCK_MS) return [];
  const direction = clockAheadMs > 0 ? 'ahead of' : 'behind';
  return [
    warning(
      `its clock is ${duration(Math.abs(clockAheadMs) / 1_000)} ${direction} this machine's`,
      'let both follow a time server (NTP)',
    ),
  ];
}

function judgeConnections({ maxConnections, usedConnections, connectionsPerProcess }: Reachable): Finding {
  const free = maxConnections - usedConnections;
  const text = `${free} of ${maxConnections} connections are free`;
  if (free >= connectionsPerProcess) return ok(text);
  return warning(
    `${text}; one more process opens up to ${connectionsPerProcess}`,
    'raise max_connections, or put a pooler in session mode before it',
  );
}

function judgeDurability({ settings }: Reachable): Finding[] {
  const findings: Finding[] = [];
  for (const name of ['fsync', 'full_page_writes'] as const) {
    if (settings[name] === 'off') {
      findings.push(warning(`${name} is off: a power cut can destroy it`, `turn ${name} on`));
    }
  }
  if (settings.synchronous_commit === 'off') {
    findings.push(
      warning(
        'synchronous_commit is off: a crash loses webhooks that were answered, and can send a reply twice',
        'turn it on for this database or login',
      ),
    );
  }
  if (settings.autovacuum === 'off') {
    findings.push(warning('autovacuum is off: tables grow and slow down', 'turn autovacuum on'));
  }
  return findings;
}

function judgeTables({ tables }: Reachable): Finding[] {
  const findings: Finding[] = [];
  for (const { name, bytes, rows, deadRows } of tables) {
    if (deadRows > MANY_DEAD_ROWS && deadRows > rows) {
      findings.push(
        warning(
          `${name} has ${counted(deadRows, 'dead row')} for ${counted(rows, 'live one')}`,
          `run: vacuum analyze ${name}; then see what keeps autovacuum from it`,
        ),
      );
    }
    if (bytes > LARGE_BYTES) {
      findings.push(warning(`${name} takes ${size(bytes)}`, 'shorten the retention under Settings → Data'));
    }
  }
  const total = tables.reduce((sum, { bytes }) => sum + bytes, 0);
  const [largest] = [...tables].sort((a, b) => b.bytes - a.bytes);
  if (findings.length > 0 || !largest) return findings;
  return [ok(`${size(total)} in ${counted(tables.length, 'table')}, most in ${largest.name}`)];
}

function judgeTransactions({ longTransactions }: Reachable): Finding[] {
  return longTransactions.map(({ pid, application, seconds }) =>
    warning(
      `a transaction of ${application || 'an unnamed program'} is open for ${duration(seconds)} (pid ${pid})`,
      `it keeps dead rows from being removed; end that program, or: select pg_terminate_backend(${pid})`,
    ),
  );
}
