import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type pg from 'pg';
import type { Config } from '../config.ts';
import { sameDatabase } from '../database/connect.ts';
import { openPool } from '../database/open-pool.ts';
import type { Logger } from '../log.ts';

const BEAT_EVERY_MS = 1_000;

/** A beat that takes longer has failed: the connection may hang. */
const BEAT_TIMEOUT_MS = 2_500;

/**
 * After so long without a beat a process begins no effect any more. It must be well below `GONE_AFTER_MS`: in between,
 * what was begun at the last moment leaves the machine.
 */
const SILENT_AFTER_MS = 6_000;

/** A process whose beat stands still for so long, seen by another one's clock, is gone: others take over what it holds. */
export const GONE_AFTER_MS = 10_000;

export type Presence = {
  /** The name under which this process holds executions; null while it can't say that it lives. */
  holder(): string | null;
  /** Whether nobody can have taken over what is held under this name. */
  isHolder(name: string): boolean;
  /**
   * Whether processes of another version run beside this one, as during a rolling update: what is not known here may be
   * known there.
   */
  isAmongOtherVersions(): Promise<boolean>;
  /** The database's time: the same in all processes, however wrong the clocks of their machines are. */
  now(): Date;
  /** Says that it leaves. What is still held is taken over at once. */
  leave(): Promise<void>;
};

/** The only process on its database (embedded shape): nobody else can take anything over. */
export function createSolePresence(): Presence {
  const name = newName();
  return {
    holder: () => name,
    isHolder: () => true,
    isAmongOtherVersions: async () => false,
    now: () => new Date(),
    leave: async () => {},
  };
}

/**
 * Says every second that this process lives, on a connection of its own so that a busy pool does not keep it silent.
 *
 * Times are measured by the monotonic clock: neither a clock that is set nor one that is wrong does harm. Who could not
 * beat for `SILENT_AFTER_MS`, frozen or cut off, gives up its name for ever: what it held under it is no longer its own,
 * and `onLost` is told so before anything else happens.
 */
export async function openPresence(deps: {
  pool: pg.Pool;
  log: Logger;
  role: Config['ROLE'];
  version: string;
  onLost: (name: string) => void;
}): Promise<Presence> {
  const { pool, log, role, version, onLost } = deps;
  const connection = openPool({
    ...sameDatabase(pool),
    max: 1,
    keepAlive: true,
    connectionTimeoutMillis: BEAT_TIMEOUT_MS,
    query_timeout: BEAT_TIMEOUT_MS,
    application_name: 'replygraph-presence',
  });
  let name = newName();
  /** When the last beat that succeeded was sent; null before the first under this name. */
  let beatAt: number | null = null;
  let databaseTime = { ms: Date.now(), at: performance.now() };
  let isClosed = false;
  let timer: NodeJS.Timeout | undefined;

  async function beat(): Promise<void> {
    const sentAt = performance.now();
    const beaten = name;
    const isFirst = beatAt === null;
    const { rows } = await connection.query<{ now: string }>(
      isFirst
        ? { text: REGISTER, values: [name, role, hostname(), version] }
        : { name: 'beat', text: BEAT, values: [name] },
    );
    const answeredAt = performance.now();
    if (beaten !== name) return;
    if (!rows[0] || isSilent()) return lose();
    beatAt = sentAt;
    databaseTime = { ms: Number(rows[0].now), at: (sentAt + answeredAt) / 2 };
  }

  const isSilent = () => beatAt !== null && performance.now() - beatAt >= SILENT_AFTER_MS;

  function lose(): void {
    const lost = name;
    name = newName();
    beatAt = null;
    log.warn({ process: lost }, 'This process could not say for a while that it lives; it starts anew');
    onLost(lost);
  }

  async function loop(): Promise<void> {
    try {
      await beat();
    } catch (error) {
      log.warn({ err: error }, 'The database could not be told that this process lives; tried again');
    }
    if (isSilent()) lose();
    if (!isClosed) timer = setTimeout(() => void loop(), BEAT_EVERY_MS);
  }

  await beat();
  timer = setTimeout(() => void loop(), BEAT_EVERY_MS);
  return {
    holder: () => {
      if (isSilent()) lose();
      return beatAt === null ? null : name;
    },
    isHolder: (asked) => {
      if (asked === name && isSilent()) lose();
      return asked === name && beatAt !== null;
    },
    isAmongOtherVersions: async () => {
      const { rows } = await connection.query<{ found: boolean }>(OTHER_VERSIONS, [
        version,
        GONE_AFTER_MS / 1_000,
      ]);
      return rows[0]?.found === true;
    },
    now: () => new Date(databaseTime.ms + performance.now() - databaseTime.at),
    leave: async () => {
      isClosed = true;
      clearTimeout(timer);
      await connection.query('delete from processes where id = $1', [name]).catch(() => {});
      await connection.end().catch(() => {});
    },
  };
}

const newName = () => `${hostname()}:${process.pid}:${randomBytes(4).toString('hex')}`;

const NOW_MS = `extract(epoch from clock_timestamp()) * 1000 as now`;
const REGISTER = `insert into processes (id, role, host, version) values ($1, $2, $3, $4) returning ${NOW_MS}`;
const OTHER_VERSIONS = `select exists (select 1 from processes where version <> $1 and role <> 'server'
  and seen_at > now() - make_interval(secs => $2)) as found`;
const BEAT = `update processes set beat = beat + 1, seen_at = now() where id = $1 returning ${NOW_MS}`;
