import { randomBytes } from 'node:crypto';
import {
  chmod,
  chown,
  cp,
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  stat,
  symlink,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { StartError } from '../../start-error.ts';
import type { Binaries } from './binaries.ts';
import { binariesIn } from './binaries.ts';
import type { Command } from './run-program.ts';
import { runProgram } from './run-program.ts';
import type { SystemUser } from './system-users.ts';
import { candidateUsers } from './system-users.ts';

/**
 * How PostgreSQL's programs are run, since they refuse to run as root: `plain` as we are, `namespace` as root who is
 * somebody else inside a user namespace, `user` as a system user.
 */
export type RunAs = {
  kind: 'plain' | 'namespace' | 'user';
  binaries: Binaries;
  /** The folder that holds PGDATA: DATA_DIR wherever the user can reach it. */
  folder: string;
  /** Who must own the database's files; undefined where all files are ours anyway. */
  owner: { uid: number; gid: number } | undefined;
  command(file: string, args: string[]): Command;
};

/** Where a system user's data goes when DATA_DIR lies in a folder that is closed to others. */
const REACHABLE_FOLDER = '/var/lib/replygraph';

/**
 * Chooses how to run PostgreSQL on this machine.
 * @param only leaves out the other way of running it for root; for tests
 * @throws StartError as root where neither a user namespace nor a system user works
 */
export async function chooseRunAs(
  binaries: Binaries,
  dataDir: string,
  only?: 'namespace' | 'user',
): Promise<RunAs> {
  if (process.getuid?.() !== 0) {
    return {
      kind: 'plain',
      binaries,
      folder: dataDir,
      owner: undefined,
      command: (file, args) => ({ file, args }),
    };
  }
  const passwd = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const users = candidateUsers(passwd, (await stat(dataDir)).uid);
  const first = users[0];
  if (first && only !== 'user') {
    const runAs = inNamespace(binaries, dataDir, first);
    if ((await canRun(runAs)) && (await canEnter(runAs, dataDir))) return runAs;
  }
  let reason = 'neither a user namespace nor a system user is usable here';
  if (only !== 'namespace') {
    for (const user of users.slice(0, 4)) {
      try {
        const runAs = await asUser(binaries, dataDir, user);
        if (runAs) return runAs;
      } catch (error) {
        reason = error instanceof Error ? error.message : String(error);
      }
    }
  }
  throw new StartError(
    `PostgreSQL does not run as root: ${reason}. Start as a normal user, or set DATABASE_URL to a PostgreSQL 15 or newer.`,
  );
}

/**
 * Root outside, `user` inside: PostgreSQL is content, and the files belong to root, so that it works in every folder of
 * root's and leaves no user behind.
 */
function inNamespace(binaries: Binaries, dataDir: string, user: SystemUser): RunAs {
  const map = ['--user', `--map-user=${user.uid}`, `--map-group=${user.gid}`, '--'];
  return {
    kind: 'namespace',
    binaries,
    folder: dataDir,
    owner: { uid: 0, gid: 0 },
    command: (file, args) => ({ file: 'unshare', args: [...map, file, ...args] }),
  };
}

/** As a system user, with a copy of the binaries or of the place for the data where it can't reach ours. */
async function asUser(binaries: Binaries, dataDir: string, user: SystemUser): Promise<RunAs | undefined> {
  const runAs: RunAs = {
    kind: 'user',
    binaries,
    folder: dataDir,
    owner: { uid: user.uid, gid: user.gid },
    command: (file, args) => ({ file, args, uid: user.uid, gid: user.gid }),
  };
  if (!(await canEnter(runAs, dataDir))) runAs.folder = await reachableFolder(dataDir, runAs);
  if (!(await canRun(runAs))) runAs.binaries = await copyBinaries(binaries);
  return (await canRun(runAs)) && (await canEnter(runAs, runAs.folder)) ? runAs : undefined;
}

const canRun = async (runAs: RunAs) =>
  (await runProgram(runAs.command(runAs.binaries.postgres, ['--version']))).code === 0;

const canEnter = async (runAs: RunAs, folder: string) =>
  (await runProgram(runAs.command('/bin/sh', ['-c', 'cd "$0"', folder]))).code === 0;

/**
 * A folder outside DATA_DIR that the user can reach. DATA_DIR/postgres becomes a link to the data there; data that stands
 * in DATA_DIR from a start under another user moves along.
 */
async function reachableFolder(dataDir: string, runAs: RunAs): Promise<string> {
  const link = join(dataDir, 'postgres');
  const existing = await lstat(link).catch(() => undefined);
  if (existing?.isSymbolicLink()) return dirname(await readlink(link));
  const folder = join(REACHABLE_FOLDER, randomBytes(8).toString('hex'));
  await mkdir(folder, { recursive: true, mode: 0o755 });
  await chown(folder, runAs.owner?.uid ?? 0, runAs.owner?.gid ?? 0);
  if (existing) {
    await cp(link, join(folder, 'postgres'), { recursive: true });
    await giveTo(join(folder, 'postgres'), runAs.owner);
    await rm(link, { recursive: true });
  }
  await symlink(join(folder, 'postgres'), link);
  return folder;
}

async function copyBinaries(binaries: Binaries): Promise<Binaries> {
  const home = join(REACHABLE_FOLDER, `binaries-${binaries.version}`);
  const copied = await stat(home).catch(() => undefined);
  if (!copied) {
    const partial = `${home}.${process.pid}`;
    await cp(binaries.home, partial, { recursive: true, verbatimSymlinks: true });
    await chmod(partial, 0o755);
    await rename(partial, home).catch(() => rm(partial, { recursive: true, force: true }));
  }
  return binariesIn(home, binaries.version);
}

/** Makes `owner` own a folder and all in it; nothing to do where it does already. */
export async function giveTo(path: string, owner: RunAs['owner']): Promise<void> {
  if (!owner || (await stat(path)).uid === owner.uid) return;
  for (const entry of await readdir(path, { recursive: true })) {
    await chown(join(path, entry), owner.uid, owner.gid);
  }
  // Last: a folder that was handed over half is handed over again.
  await chown(path, owner.uid, owner.gid);
}
