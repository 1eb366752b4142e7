import { chown, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StartError } from '../../start-error.ts';
import type { Passwords } from './passwords.ts';
import { isAlive } from './postmaster.ts';
import type { RunAs } from './run-as.ts';
import { giveTo } from './run-as.ts';
import { runProgram } from './run-program.ts';

/** Everybody needs a password, also on the socket. */
const ACCESS_RULES = 'local all all scram-sha-256\nhost all all 127.0.0.1/32 scram-sha-256\n';

/**
 * Makes the data folder where there is none: it is built beside and moved into place when it is complete, so that an
 * interrupted start leaves nothing half.
 * @param sync false skips waiting for the disk; for tests
 * @returns PGDATA
 * @throws StartError where initdb fails, or the data is another major version's
 */
export async function ensureInitialised(
  runAs: RunAs,
  passwords: Passwords & { isNew: boolean },
  sync = true,
): Promise<string> {
  const pgData = join(runAs.folder, 'postgres');
  const version = await readFile(join(pgData, 'PG_VERSION'), 'utf8').catch(() => undefined);
  if (version === undefined) return initialise(runAs, pgData, passwords, sync);
  checkVersion(version.trim(), runAs);
  await giveTo(pgData, runAs.owner);
  if (passwords.isNew) await setPasswords(runAs, pgData, passwords);
  return pgData;
}

function checkVersion(dataVersion: string, runAs: RunAs): void {
  const programVersion = runAs.binaries.version.split('.')[0];
  if (dataVersion === programVersion) return;
  throw new StartError(
    `The database in ${runAs.folder} was made by PostgreSQL ${dataVersion}, this version brings ${programVersion}. Dump it with the old version and load it, or set another DATA_DIR.`,
  );
}

async function initialise(
  runAs: RunAs,
  pgData: string,
  passwords: Passwords,
  sync: boolean,
): Promise<string> {
  await removeLeftovers(runAs.folder);
  const partial = `${pgData}.new-${process.pid}`;
  await mkdir(partial, { mode: 0o700 });
  if (runAs.owner) await chown(partial, runAs.owner.uid, runAs.owner.gid);
  const result = await runProgram(
    runAs.command(runAs.binaries.initdb, [
      ...['-D', partial, '--username=postgres', '--encoding=UTF8', '--auth=reject', '--no-instructions'],
      // PostgreSQL's own Unicode rules: the same order and case on every machine, and as fast as C.
      ...['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
      ...(sync ? [] : ['--no-sync']),
    ]),
  );
  if (result.code !== 0) {
    await rm(partial, { recursive: true, force: true });
    throw new StartError(
      `The embedded PostgreSQL could not be set up in ${pgData}: ${lastLine(result.output)} Set another DATA_DIR, or set DATABASE_URL.`,
    );
  }
  await writeFile(join(partial, 'pg_hba.conf'), ACCESS_RULES);
  await runStatements(runAs, partial, [
    `alter role postgres password '${passwords.postgres}'`,
    `create role replygraph login createdb password '${passwords.replygraph}'`,
    'create database replygraph owner replygraph',
  ]);
  return moveIntoPlace(partial, pgData);
}

/** Two processes may have built one at the same time: the first is used, the other thrown away. */
async function moveIntoPlace(partial: string, pgData: string): Promise<string> {
  try {
    await rename(partial, pgData);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    const isThere = await readFile(join(pgData, 'PG_VERSION'), 'utf8').catch(() => undefined);
    if (isThere === undefined) throw error;
  }
  return pgData;
}

async function removeLeftovers(folder: string): Promise<void> {
  const leftovers = (await readdir(folder)).filter((name) => name.startsWith('postgres.new-'));
  for (const name of leftovers) {
    const pid = Number(name.slice('postgres.new-'.length));
    if (pid === process.pid || !isAlive(pid)) {
      await rm(join(folder, name), { recursive: true, force: true });
    }
  }
}

/** The file with the passwords was lost: the server, which must not run, gets the new ones. */
function setPasswords(runAs: RunAs, pgData: string, passwords: Passwords): Promise<void> {
  return runStatements(runAs, pgData, [
    `alter role postgres password '${passwords.postgres}'`,
    `alter role replygraph password '${passwords.replygraph}'`,
  ]);
}

/** Runs statements without a server (single-user mode), one a line. */
async function runStatements(runAs: RunAs, pgData: string, statements: string[]): Promise<void> {
  const { code, output } = await runProgram(
    runAs.command(runAs.binaries.postgres, [
      '--single',
      '-D',
      pgData,
      '-c',
      'log_min_messages=error',
      'postgres',
    ]),
    `${statements.join('\n')}\n`,
  );
  if (code !== 0 || /\b(ERROR|FATAL|PANIC):/.test(output)) {
    throw new StartError(`The embedded PostgreSQL in ${pgData} could not be prepared: ${lastLine(output)}`);
  }
}

/** The line that says why: the last one that PostgreSQL marked, else the last. */
export function lastLine(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  const marked = lines.findLast((line) => /\b(FATAL|PANIC|ERROR|error):/.test(line));
  const line = (marked ?? lines.at(-1) ?? 'no reason given').replace(
    /^.*?\b(FATAL|PANIC|ERROR|error):\s*/,
    '',
  );
  return line.endsWith('.') ? line : `${line}.`;
}
