import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BackupHeader } from './backup-format.ts';
import { readBackup } from './read-backup.ts';
import { writeBackup } from './write-backup.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'replygraph-backup-file-'));
  path = join(folder, 'a.backup');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const HEADER: BackupHeader = {
  format: 'replygraph-backup',
  formatVersion: 1,
  program: '1.2.3',
  shape: 'server',
  createdAt: '2026-01-01T00:00:00.000Z',
  migration: { tag: '0000_initial', at: 1, hash: 'abc' },
  keyCheck: 'check',
  secrets: null,
  tables: ['a', 'b'],
  sequences: [],
};

async function* pieces(...texts: string[]) {
  for (const text of texts) yield Buffer.from(text);
}

function writeTwoTables() {
  return writeBackup(path, HEADER, async (write) => {
    await write({ table: 'a', columns: ['x'] }, pieces('1\n2', '2\n'));
    await write({ table: 'b', columns: ['y', 'z'] }, pieces());
  });
}

describe('a backup file', () => {
  it('gives back what was written', async () => {
    const written = await writeTwoTables();
    const seen: unknown[] = [];
    const read = await readBackup(path, async ({ table, columns }, blocks) => {
      let text = '';
      for await (const block of blocks) text += block.toString();
      seen.push([table, columns, text]);
    });
    expect(seen).toEqual([
      ['a', ['x'], '1\n22\n'],
      ['b', ['y', 'z'], ''],
    ]);
    expect(read).toEqual(written);
    expect(read).toEqual({ header: HEADER, rows: { a: 2, b: 0 }, totalRows: 2 });
  });

  it('is readable by its owner only, and stands alone', async () => {
    await writeTwoTables();
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(['a.backup']);
  });

  it('does not overwrite another', async () => {
    await writeTwoTables();
    await expect(writeTwoTables()).rejects.toThrow('exists already');
  });

  it('that can not be finished leaves nothing', async () => {
    const failing = writeBackup(path, HEADER, async (write) => {
      await write({ table: 'a', columns: ['x'] }, pieces('1\n'));
      throw new Error('The database went away.');
    });
    await expect(failing).rejects.toThrow('went away');
    expect(await readdir(folder)).toEqual([]);
  });

  it('needs a folder that is there', async () => {
    path = join(folder, 'missing/a.backup');
    await expect(writeTwoTables()).rejects.toThrow(/can't be written \(ENOENT\)/);
  });

  it('cut off anywhere is refused', async () => {
    await writeTwoTables();
    const whole = await readFile(path);
    for (let length = 0; length < whole.length; length++) {
      await writeFile(path, whole.subarray(0, length));
      await expect(readBackup(path), `${length} bytes`).rejects.toThrow(/damaged or cut off|not a backup/);
    }
  });

  it('with any byte changed is refused', async () => {
    await writeTwoTables();
    const plain = gunzipSync(await readFile(path));
    for (let at = 0; at < plain.length; at++) {
      const changed = Buffer.from(plain);
      changed[at] = (changed[at] ?? 0) ^ 1;
      await writeFile(path, gzipSync(changed));
      await expect(readBackup(path), `byte ${at}`).rejects.toThrow(
        /damaged or cut off|not a backup|newer version/,
      );
    }
  });

  it('with something behind its end is refused', async () => {
    await writeTwoTables();
    const plain = gunzipSync(await readFile(path));
    await writeFile(path, gzipSync(Buffer.concat([plain, Buffer.from('more')])));
    await expect(readBackup(path)).rejects.toThrow('damaged');
  });

  it.each([
    ['text', Buffer.from('hello')],
    ['another gzip file', gzipSync('hello\n')],
  ])('is told from %s', async (_name, content) => {
    await writeFile(path, content);
    await expect(readBackup(path)).rejects.toThrow('not a backup of Replygraph');
  });

  it('of a newer format is named as such', async () => {
    await writeFile(path, gzipSync(`${JSON.stringify({ ...HEADER, formatVersion: 2 })}\n`));
    await expect(readBackup(path)).rejects.toThrow('newer version of Replygraph');
  });

  it('that is not there is named', async () => {
    await expect(readBackup(path)).rejects.toThrow("can't be read (ENOENT)");
  });
});
