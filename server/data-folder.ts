import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, unlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { isAlive } from './database/embedded/postmaster.ts';
import { StartError } from './start-error.ts';

const ownerSchema = z.object({
  pid: z.number().int().positive(),
  /** When that process began, where the system tells: a number that went to another process is not the owner. */
  startedAt: z.string().nullable(),
});
type Owner = z.output<typeof ownerSchema>;

export type DataFolderLock = { release(): Promise<void> };

/**
 * Makes this process the only one on a data folder; the folder is made where there is none. A lock whose process is gone
 * is taken over.
 * @throws StartError when another process has it, or the folder is not writable
 */
export async function lockDataFolder(dir: string): Promise<DataFolderLock> {
  const path = join(dir, 'lock');
  const mine = JSON.stringify({ pid: process.pid, startedAt: await startOf(process.pid) } satisfies Owner);
  const partial = `${path}.${randomBytes(4).toString('hex')}`;
  try {
    // Others may pass through, so that a system user's PostgreSQL reaches its part; secrets have mode 0600.
    await makeFolder(dir);
    await writeFile(partial, mine, { mode: 0o644 });
  } catch (error) {
    throw new StartError(
      `DATA_DIR ${dir} is not writable (${codeOf(error)}). Change its owner or set another DATA_DIR.`,
    );
  }
  try {
    await take(dir, path, partial);
  } finally {
    await rm(partial, { force: true });
  }
  return {
    async release() {
      if ((await readFile(path, 'utf8').catch(() => '')) === mine) await rm(path, { force: true });
    },
  };
}

/** The process that uses a data folder now; null where none does. */
export async function dataFolderUser(dir: string): Promise<number | null> {
  const owner = parseOwner(await readFile(join(dir, 'lock'), 'utf8').catch(() => ''));
  return owner && (await isRunning(owner)) ? owner.pid : null;
}

/** Like `mkdir -p`, which in Node never ends where a parent exists and takes no folders (/proc). */
async function makeFolder(dir: string): Promise<void> {
  const make = () =>
    mkdir(dir, { mode: 0o711 }).catch((error: unknown) => {
      if (codeOf(error) !== 'EEXIST') throw error;
    });
  try {
    await make();
  } catch (error) {
    if (codeOf(error) !== 'ENOENT' || dirname(dir) === dir) throw error;
    await makeFolder(dirname(dir));
    await make();
  }
}

/** Links the written file to the lock's name, which only one process can; a stale lock is moved away first. */
async function take(dir: string, path: string, partial: string): Promise<void> {
  for (let attempt = 0; attempt < 10; attempt++) {
    try {
      return await link(partial, path);
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
    }
    const content = await readFile(path, 'utf8').catch(() => undefined);
    if (content === undefined) continue;
    const owner = parseOwner(content);
    if (owner && (await isRunning(owner))) {
      throw new StartError(
        `DATA_DIR ${dir} is used by process ${owner.pid}. Stop it or set another DATA_DIR.`,
      );
    }
    await removeStale(path, content);
  }
  throw new StartError(`DATA_DIR ${dir} is being taken by other processes. Start one only.`);
}

/** Removes a stale lock, and puts it back when another process replaced it since it was read. */
async function removeStale(path: string, content: string): Promise<void> {
  const aside = `${path}.stale-${randomBytes(4).toString('hex')}`;
  const moved = await rename(path, aside).then(
    () => true,
    () => false,
  );
  if (!moved) return;
  if ((await readFile(aside, 'utf8')) !== content) await link(aside, path).catch(() => {});
  await unlink(aside);
}

function parseOwner(content: string): Owner | undefined {
  try {
    return ownerSchema.parse(JSON.parse(content));
  } catch {
    return undefined;
  }
}

async function isRunning(owner: Owner): Promise<boolean> {
  if (!isAlive(owner.pid)) return false;
  const startedAt = await startOf(owner.pid);
  return startedAt === null || owner.startedAt === null || startedAt === owner.startedAt;
}

/** When a process began: boot id and clock ticks since then. Null where /proc does not tell. */
async function startOf(pid: number): Promise<string | null> {
  try {
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The program's name stands in brackets and may hold spaces; field 22 is the 20th after it.
    const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    return ticks === undefined ? null : `${boot.trim()}:${ticks}`;
  } catch {
    return null;
  }
}

const codeOf = (error: unknown) =>
  error instanceof Error && 'code' in error ? String(error.code) : String(error);
