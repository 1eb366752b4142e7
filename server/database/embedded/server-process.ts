import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { FileHandle } from 'node:fs/promises';
import { open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../../log.ts';
import { StartError } from '../../start-error.ts';
import type { Address } from './address.ts';
import { addressSettings, chooseAddress } from './address.ts';
import type { Binaries } from './binaries.ts';
import { lastLine } from './initialise.ts';
import type { Postmaster } from './postmaster.ts';
import { findServersOf, isServerOf, readPostmasterFile, signal } from './postmaster.ts';
import { isSocketAnswered, probeServer } from './probe.ts';
import type { RunAs } from './run-as.ts';
import { programEnvironment, runProgram } from './run-program.ts';
import { settingFlags } from './settings.ts';

/** A server that takes connections. */
export type ServerProcess = Postmaster & {
  /** It ran already when we came. */
  adopted: boolean;
  /** Resolves when it is gone, for whatever reason, with the last thing it wrote. */
  gone: Promise<string>;
};

export type ServerSetup = {
  runAs: RunAs;
  pgData: string;
  /** Of the superuser. */
  password: string;
  settings: Record<string, string>;
  logFile: string;
  log: Logger;
  /** Where it has to listen, for a restart under a running pool. */
  address?: Address;
};

/** Recovery replays at most `max_wal_size`: seconds. A folder on a slow network disk gets this long. */
const READY_WITHIN_MS = 5 * 60_000;

/** Backends whose postmaster died end within moments; while they live, a new server refuses to start. */
const LAUNCH_WITHIN_MS = 30_000;

/** A server's log beyond this is moved aside at the next start. */
const MAX_LOG_BYTES = 5_000_000;

/**
 * Makes sure that one server runs on this folder: the one that lives there already, else a new one.
 * @throws StartError when it can't
 */
export async function ensureServer(setup: ServerSetup): Promise<ServerProcess> {
  const deadline = Date.now() + LAUNCH_WITHIN_MS;
  for (;;) {
    const live = await findLiveServer(setup.pgData);
    if (live) {
      const adopted = await adopt(setup, live);
      if (adopted) return adopted;
      continue;
    }
    await clearStaleFile(setup.pgData);
    const result = await launch(setup);
    if (typeof result !== 'string') return result;
    const isTransient = /shared memory block|postmaster\.pid|already in use|could not bind/.test(result);
    if (!isTransient || Date.now() > deadline) {
      throw new StartError(
        `The embedded PostgreSQL in ${setup.pgData} did not start: ${lastLine(result)} See ${setup.logFile}.`,
      );
    }
    if (result.includes('shared memory block')) await endOrphans(setup.pgData);
    await delay(100);
  }
}

/** The server that runs on this folder, if any. */
export async function findLiveServer(pgData: string): Promise<Postmaster | undefined> {
  const found = await readPostmasterFile(pgData);
  return found && (await isServerOf(found.pid, pgData)) ? found : undefined;
}

/**
 * Stops a server and waits until it is gone: first as fast as a clean stop goes, then without a last checkpoint (the
 * next start recovers).
 */
export async function stopServer(server: { pid: number }, pgData: string, binaries: Binaries): Promise<void> {
  if (process.platform === 'win32') {
    await runProgram({ file: binaries.pgCtl, args: ['stop', '-D', pgData, '-m', 'fast', '-w'] });
    return;
  }
  for (const [name, waitMs] of [
    ['SIGINT', 10_000],
    ['SIGQUIT', 5_000],
  ] as const) {
    const deadline = Date.now() + waitMs;
    if (await isServerOf(server.pid, pgData)) signal(server.pid, name);
    while (await isServerOf(server.pid, pgData)) {
      if (Date.now() > deadline) break;
      await delay(10);
    }
  }
}

/** Waits for a server that we did not start. Undefined when it went away meanwhile. */
async function adopt(setup: ServerSetup, live: Postmaster): Promise<ServerProcess | undefined> {
  const gone = watch(live.pid, setup);
  const state = await untilReady(setup, live.address, gone);
  if (state === 'gone') return undefined;
  setup.log.info({ pid: live.pid }, 'the embedded database was running already and is used');
  return { ...live, adopted: true, gone };
}

/** Starts a server. A string says why it ended at once. */
async function launch(setup: ServerSetup): Promise<ServerProcess | string> {
  const { runAs, pgData } = setup;
  const address = setup.address ?? (await chooseAddress(pgData));
  const logFile = await openLog(setup.logFile);
  const offset = (await logFile.stat()).size;
  const command = runAs.command(runAs.binaries.postgres, [
    '-D',
    pgData,
    ...settingFlags({ ...setup.settings, ...addressSettings(address) }),
  ]);
  // Detached: Ctrl+C in the terminal is for us; we stop the server when its work is done.
  const child = spawn(command.file, command.args, {
    uid: command.uid,
    gid: command.gid,
    cwd: '/',
    env: programEnvironment(),
    detached: true,
    stdio: ['ignore', logFile.fd, logFile.fd],
  });
  child.unref();
  const ended = Promise.race([
    once(child, 'exit').then(() => undefined),
    once(child, 'error').then(([error]) => String(error)),
  ]);
  const gone = ended.then(async (error) => error ?? (await readFrom(setup.logFile, offset)));
  await logFile.close();
  const state = await untilReady(setup, address, gone);
  if (state === 'gone' || child.pid === undefined) return gone;
  return { pid: child.pid, address, adopted: false, gone };
}

async function untilReady(
  setup: ServerSetup,
  address: Address,
  gone: Promise<string>,
): Promise<'ready' | 'gone'> {
  let isGone = false;
  gone.then(() => {
    isGone = true;
  });
  const begin = Date.now();
  let told = begin;
  while (!isGone) {
    const state = await probeServer(address, setup.password);
    if (state === 'ready') return 'ready';
    if (state === 'wrong-password') {
      throw new StartError(
        `The PostgreSQL in ${setup.pgData} does not accept the password of postgres-passwords.json. Stop that server and remove the file: new passwords are then set.`,
      );
    }
    if (Date.now() - begin > READY_WITHIN_MS) {
      throw new StartError(
        `The embedded PostgreSQL in ${setup.pgData} is not ready after ${READY_WITHIN_MS / 60_000} minutes. See ${setup.logFile}.`,
      );
    }
    if (Date.now() - told > 5_000) {
      told = Date.now();
      setup.log.warn('the embedded database is recovering; waiting for it');
    }
    await Promise.race([gone, delay(state === 'busy' ? 25 : 5)]);
  }
  return 'gone';
}

/** Notices the end of a server that is not our child. */
async function watch(pid: number, setup: ServerSetup): Promise<string> {
  while (await isServerOf(pid, setup.pgData)) await delay(250, undefined, { ref: false });
  return readFrom(
    setup.logFile,
    Math.max(0, ((await stat(setup.logFile).catch(() => undefined))?.size ?? 0) - 2_000),
  );
}

/**
 * PostgreSQL clears a stale `postmaster.pid` itself, unless its number went to another process since. Then we do, when
 * no process of the dead server is left (the file is what keeps a new server from starting beside those).
 * @throws StartError where a server answers that we can't see: another container's or user's
 */
async function clearStaleFile(pgData: string): Promise<void> {
  const stale = await readPostmasterFile(pgData);
  if (!stale) return;
  if (await isSocketAnswered(stale.address)) {
    if (await findLiveServer(pgData)) return;
    throw new StartError(
      `The database in ${pgData} is in use by a PostgreSQL of another user or container. Stop it or set another DATA_DIR.`,
    );
  }
  if (process.platform !== 'linux') return;
  if ((await findServersOf(pgData)).length > 0) return;
  await rm(join(pgData, 'postmaster.pid'), { force: true });
  // It names the same process, which may be dead and not buried yet: PostgreSQL would take it for alive.
  const { socketFolder, port } = stale.address;
  if (socketFolder === pgData) await rm(join(socketFolder, `.s.PGSQL.${port}.lock`), { force: true });
}

/** Backends that outlived their postmaster in the middle of a query. */
async function endOrphans(pgData: string): Promise<void> {
  if (await findLiveServer(pgData)) return;
  for (const pid of await findServersOf(pgData)) signal(pid, 'SIGQUIT');
}

async function openLog(path: string): Promise<FileHandle> {
  const size = (await stat(path).catch(() => undefined))?.size ?? 0;
  if (size > MAX_LOG_BYTES) await rename(path, `${path}.old`);
  return open(path, 'a', 0o600);
}

async function readFrom(path: string, offset: number): Promise<string> {
  const file = await open(path, 'r').catch(() => undefined);
  if (!file) return '';
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(20_000), 0, 20_000, offset);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}
