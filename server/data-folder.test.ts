import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lockDataFolder } from './data-folder.ts';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'replygraph-lock-'));
});
afterEach(() => rm(home, { recursive: true, force: true }));

test('a data folder is made, and belongs to one process until it lets go', async () => {
  const dir = join(home, 'new', 'data');
  const lock = await lockDataFolder(dir);

  await expect(lockDataFolder(dir)).rejects.toThrow(
    `DATA_DIR ${dir} is used by process ${process.pid}. Stop it or set another DATA_DIR.`,
  );
  await lock.release();
  expect(await readdir(dir)).toEqual([]);
  await (await lockDataFolder(dir)).release();
});

test('of several at once one gets it', async () => {
  const attempts = await Promise.allSettled(Array.from({ length: 8 }, () => lockDataFolder(home)));

  expect(attempts.filter((attempt) => attempt.status === 'fulfilled')).toHaveLength(1);
});

test('a lock is taken over when its process is gone', async () => {
  const gone = spawnSync(process.execPath, ['-e', '']).pid;
  await writeFile(join(home, 'lock'), JSON.stringify({ pid: gone, startedAt: null }));

  await lockDataFolder(home);

  expect(JSON.parse(await readFile(join(home, 'lock'), 'utf8'))).toMatchObject({ pid: process.pid });
});

test.runIf(process.platform === 'linux')(
  'a lock is taken over when its number went to another process',
  async () => {
    const other = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)']);
    await once(other, 'spawn');
    await writeFile(join(home, 'lock'), JSON.stringify({ pid: other.pid, startedAt: 'another boot:1' }));

    await lockDataFolder(home);

    expect(JSON.parse(await readFile(join(home, 'lock'), 'utf8'))).toMatchObject({ pid: process.pid });
    other.kill();
  },
);

test('a damaged lock is taken over', async () => {
  await writeFile(join(home, 'lock'), '{"pid":');

  await lockDataFolder(home);

  expect((await readdir(home)).toSorted()).toEqual(['lock']);
});

test('letting go leaves the lock of a successor alone', async () => {
  const lock = await lockDataFolder(home);
  await writeFile(join(home, 'lock'), 'a successor');

  await lock.release();

  expect(await readFile(join(home, 'lock'), 'utf8')).toBe('a successor');
});

test('a folder that can not be written is one clear line', async () => {
  await writeFile(join(home, 'file'), '');

  await expect(lockDataFolder(join(home, 'file', 'data'))).rejects.toThrow(
    /^DATA_DIR .* is not writable \(ENOTDIR\)\. Change its owner or set another DATA_DIR\.$/,
  );
});

test.runIf(process.getuid?.() !== 0)('a folder of somebody else is one clear line', async () => {
  const dir = join(home, 'closed');
  await mkdir(dir, { mode: 0o500 });

  await expect(lockDataFolder(dir)).rejects.toThrow(/is not writable \(EACCES\)/);
});
