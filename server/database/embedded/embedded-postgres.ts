import { mkdir, realpath, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../../log.ts';
import { connectionUrl } from './address.ts';
import { findBinaries } from './binaries.ts';
import { ensureInitialised, lastLine } from './initialise.ts';
import { loadPasswords } from './passwords.ts';
import { signal } from './postmaster.ts';
import { chooseRunAs } from './run-as.ts';
import type { ServerProcess, ServerSetup } from './server-process.ts';
import { ensureServer, findLiveServer, stopServer } from './server-process.ts';
import { SERVER_SETTINGS } from './settings.ts';

/** A PostgreSQL of our own. */
export type EmbeddedPostgres = {
  /** The database `replygraph` as its owner. Stays the same when the server is restarted. */
  url: string;
  /** The server's process; another one after a restart. */
  pid(): number;
  /** It ran already when we came: our last process was killed. */
  adopted: boolean;
  /** How it is run: as we are, as root in a user namespace, as a system user. */
  runsAs: 'plain' | 'namespace' | 'user';
  /** Stops it cleanly and waits until it is gone. */
  stop(): Promise<void>;
  /** Tells it to stop and doesn't wait; for a process that ends now. */
  stopWithoutWaiting(): void;
  /** Called when the server died and could not be brought back; the process can't go on. */
  onExit(listener: (reason: Error) => void): void;
};

export type EmbeddedPostgresOptions = {
  /** DATA_DIR; the database is in its subfolder `postgres`. Locked by the caller (server/data-folder.ts). */
  dataDir: string;
  log: Logger;
  /** Over SERVER_SETTINGS. */
  settings?: Record<string, string>;
  /** As root: only this way of running it; for tests. */
  runAsOnly?: 'namespace' | 'user';
};

/** A server that dies more often than this within a minute is not restarted any more. */
const MAX_RESTARTS_PER_MINUTE = 5;

/**
 * Starts the PostgreSQL of this data folder, or adopts the one that still runs there, and keeps it running: when it dies
 * it is started again on the same address, and a pool recovers by itself.
 * @throws StartError with one line for the terminal
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { dataDir, log } = options;
  await mkdir(dataDir, { recursive: true });
  const runAs = await chooseRunAs(await findBinaries(), dataDir, options.runAsOnly);
  const passwords = await loadPasswords(dataDir);
  const settings = { ...SERVER_SETTINGS, ...options.settings };
  const live = await findLiveServer(join(runAs.folder, 'postgres'));
  if (live && passwords.isNew) await stopServer(live, join(runAs.folder, 'postgres'), runAs.binaries);
  const pgData =
    live && !passwords.isNew
      ? join(runAs.folder, 'postgres')
      : await ensureInitialised(runAs, passwords, settings.fsync !== 'off');
  const setup: ServerSetup = {
    runAs,
    pgData,
    password: passwords.postgres,
    settings,
    logFile: join(dataDir, 'postgres.log'),
    log,
  };
  const first = await ensureServer(setup);
  const kept = keepRunning(setup, first);
  return {
    url: connectionUrl(first.address, {
      user: 'replygraph',
      password: passwords.replygraph,
      database: 'replygraph',
    }),
    adopted: first.adopted,
    runsAs: runAs.kind,
    ...kept,
  };
}

/** Stops the server of a data folder, if one runs, and removes the folder with everything in it; for tests. */
export async function removeEmbeddedPostgres(dataDir: string): Promise<void> {
  const pgData = await realpath(join(dataDir, 'postgres')).catch(() => undefined);
  const live = pgData && (await findLiveServer(pgData));
  if (pgData && live) await stopServer(live, pgData, await findBinaries());
  // The data of a system user's server stands elsewhere, in a folder of its own.
  if (pgData && dirname(pgData) !== (await realpath(dataDir))) {
    await rm(dirname(pgData), { recursive: true });
    await rmdir(dirname(dirname(pgData))).catch(() => {});
  }
  await rm(dataDir, { recursive: true, force: true });
}

/** Restarts a server that died, until it is told to stop. */
function keepRunning(
  setup: ServerSetup,
  first: ServerProcess,
): Pick<EmbeddedPostgres, 'pid' | 'stop' | 'stopWithoutWaiting' | 'onExit'> {
  const listeners: ((reason: Error) => void)[] = [];
  let server = first;
  let isStopping = false;
  let isStopped = false;
  let restarts: number[] = [];

  const supervise = async (): Promise<void> => {
    for (;;) {
      const reason = lastLine(await server.gone);
      if (isStopping) return;
      const now = Date.now();
      restarts = [...restarts.filter((at) => now - at < 60_000), now];
      if (restarts.length > MAX_RESTARTS_PER_MINUTE) {
        throw new Error(`The embedded PostgreSQL died ${restarts.length} times within a minute: ${reason}`);
      }
      setup.log.error({ reason }, 'the embedded database died and is started again');
      // The first restart comes at once; one that dies again gets time to have its cause removed.
      await delay((restarts.length - 1) * 500);
      if (isStopping) return;
      server = await ensureServer({ ...setup, address: first.address });
      if (isStopping) return signal(server.pid, 'SIGINT');
      setup.log.info({ pid: server.pid }, 'the embedded database runs again');
    }
  };
  const supervision = supervise().catch((error: unknown) => {
    const reason = error instanceof Error ? error : new Error(String(error));
    for (const listener of listeners) listener(reason);
  });

  return {
    pid: () => server.pid,
    async stop() {
      isStopping = true;
      // The server's end does not keep our process alive: a command would end here without a word of what it did.
      const waiting = setInterval(() => {}, 60_000);
      try {
        await stopServer(server, setup.pgData, setup.runAs.binaries);
        // A restart that was under way has made another server since.
        await supervision;
        await stopServer(server, setup.pgData, setup.runAs.binaries);
      } finally {
        clearInterval(waiting);
      }
      isStopped = true;
    },
    stopWithoutWaiting() {
      isStopping = true;
      if (!isStopped) signal(server.pid, 'SIGINT');
    },
    onExit(listener) {
      listeners.push(listener);
    },
  };
}
