import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { BackupHeader, BackupSummary, BackupTable } from './backup-format.ts';
import { BackupError, countRows } from './backup-format.ts';

/** Writes the tables of a backup, in the order of the header. */
export type TableWriter = (table: BackupTable, pieces: AsyncIterable<Buffer>) => Promise<void>;

/**
 * Writes a backup file, readable by its owner only. It has its name only once it is complete and on disk; a run that
 * fails removes what it wrote.
 * @throws BackupError where the file exists or its folder can't be written
 */
export async function writeBackup(
  path: string,
  header: BackupHeader,
  writeTables: (write: TableWriter) => Promise<void>,
): Promise<BackupSummary> {
  if (existsSync(path)) throw new BackupError(`${path} exists already. Name another file or remove it.`);
  const partial = `${path}.part`;
  const file = await create(partial);
  try {
    const summary = await fill(file, header, writeTables);
    await file.sync();
    await file.close();
    await rename(partial, path);
    await syncFolder(dirname(path));
    return summary;
  } catch (error) {
    await file.close().catch(() => {});
    await rm(partial, { force: true });
    throw error;
  }
}

async function create(partial: string): Promise<FileHandle> {
  try {
    // What a killed run left behind.
    await rm(partial, { force: true });
    return await open(partial, 'wx', 0o600);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : String(error);
    throw new BackupError(`${partial} can't be written (${code}). Name a file in a folder that exists.`);
  }
}

async function fill(
  file: FileHandle,
  header: BackupHeader,
  writeTables: (write: TableWriter) => Promise<void>,
): Promise<BackupSummary> {
  const gzip = createGzip();
  const written = pipeline(gzip, async (compressed: AsyncIterable<Buffer>) => {
    for await (const piece of compressed) await file.writeFile(piece);
  });
  // A full disk ends `put` below, which has to notice.
  const failed = new AbortController();
  written.catch((error: unknown) => failed.abort(error));
  const whole = createHash('sha256');

  const put = async (bytes: Buffer): Promise<void> => {
    failed.signal.throwIfAborted();
    whole.update(bytes);
    if (!gzip.write(bytes)) await once(gzip, 'drain', { signal: failed.signal });
  };
  const putLine = (value: unknown) => put(Buffer.from(`${JSON.stringify(value)}\n`));

  const rows: Record<string, number> = {};
  await putLine(header);
  await writeTables(async ({ table, columns }, pieces) => {
    const hash = createHash('sha256');
    let bytes = 0;
    let count = 0;
    await putLine({ table, columns });
    for await (const piece of pieces) {
      hash.update(piece);
      bytes += piece.length;
      count += countRows(piece);
      await put(lengthOf(piece.length));
      await put(piece);
    }
    await put(lengthOf(0));
    await putLine({ rows: count, bytes, sha256: hash.digest('hex') });
    rows[table] = count;
  });
  const totalRows = Object.values(rows).reduce((sum, count) => sum + count, 0);
  const sha256 = whole.copy().digest('hex');
  await putLine({ end: true, tables: Object.keys(rows).length, rows: totalRows, sha256 });
  gzip.end();
  await written;
  return { header, rows, totalRows };
}

function lengthOf(bytes: number): Buffer {
  const prefix = Buffer.alloc(4);
  prefix.writeUInt32BE(bytes);
  return prefix;
}

/** The new name is on disk too. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => undefined);
  // Windows opens no folders; there the name is written with the file.
  await folder?.sync().catch(() => {});
  await folder?.close();
}
