import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { z } from 'zod';
import { parseJson } from '../../parse-json.ts';
import type { BackupHeader, BackupSummary, BackupTable } from './backup-format.ts';
import {
  BackupError,
  countRows,
  endSchema,
  FORMAT_VERSION,
  headerSchema,
  tableEndSchema,
  tableSchema,
} from './backup-format.ts';
import { ByteReader } from './byte-reader.ts';

/** Is given each table and must read its pieces to the end; checks are done as they pass. */
export type TableReader = (table: BackupTable, pieces: AsyncIterable<Buffer>) => Promise<void>;

/** Longer lines and blocks than the writer makes are damage, not a reason to fill the memory. */
const MAX_LINE_BYTES = 8_000_000;
const MAX_BLOCK_BYTES = 256_000_000;

/**
 * Reads a whole backup and checks every count and hash in it.
 * @param onTable without it the file is only checked
 * @throws BackupError where the file is no backup, of a newer format, damaged or cut off
 */
export async function readBackup(path: string, onTable: TableReader = drain): Promise<BackupSummary> {
  const source = pipeline(createReadStream(path), createGunzip(), () => {});
  try {
    return await readAll(new ByteReader(source), path, onTable);
  } catch (error) {
    throw asBackupError(error, path);
  } finally {
    source.destroy();
  }
}

async function readAll(bytes: ByteReader, path: string, onTable: TableReader): Promise<BackupSummary> {
  const damaged = () => damage(path);
  const line = async <T extends z.ZodType>(schema: T): Promise<z.output<T>> => {
    const parsed = schema.safeParse(parseJson(await bytes.line(MAX_LINE_BYTES)));
    if (!parsed.success) throw damaged();
    return parsed.data;
  };

  const header = readHeader(await bytes.line(MAX_LINE_BYTES), path);
  const rows: Record<string, number> = {};
  for (const name of header.tables) {
    const table = await line(tableSchema);
    if (table.table !== name) throw damaged();
    const hash = createHash('sha256');
    const seen = { rows: 0, bytes: 0 };
    await onTable(table, blocks(bytes, path, hash, seen));
    const end = await line(tableEndSchema);
    const isWhole = end.rows === seen.rows && end.bytes === seen.bytes && end.sha256 === hash.digest('hex');
    if (!isWhole) throw damaged();
    rows[name] = seen.rows;
  }
  const sha256 = bytes.hash();
  const end = await line(endSchema);
  const totalRows = Object.values(rows).reduce((sum, count) => sum + count, 0);
  const isWhole = end.sha256 === sha256 && end.rows === totalRows && end.tables === header.tables.length;
  if (!isWhole || !(await bytes.isAtEnd())) throw damaged();
  return { header, rows, totalRows };
}

const formatSchema = z.object({ format: z.literal('replygraph-backup'), formatVersion: z.number() });

function readHeader(text: string, path: string): BackupHeader {
  const json = parseJson(text);
  const format = formatSchema.safeParse(json);
  if (!format.success) throw noBackup(path);
  if (format.data.formatVersion > FORMAT_VERSION) {
    throw new BackupError(`${path} was written by a newer version of Replygraph. Restore it with that one.`);
  }
  const header = headerSchema.safeParse(json);
  if (!header.success) throw damage(path);
  return header.data;
}

async function* blocks(
  bytes: ByteReader,
  path: string,
  hash: ReturnType<typeof createHash>,
  seen: { rows: number; bytes: number },
): AsyncGenerator<Buffer> {
  for (;;) {
    const length = (await bytes.take(4)).readUInt32BE();
    if (length === 0) return;
    if (length > MAX_BLOCK_BYTES) throw damage(path);
    const piece = await bytes.take(length);
    hash.update(piece);
    seen.bytes += piece.length;
    seen.rows += countRows(piece);
    yield piece;
  }
}

async function drain(_table: BackupTable, pieces: AsyncIterable<Buffer>): Promise<void> {
  for await (const _ of pieces);
}

const damage = (path: string) =>
  new BackupError(`${path} is damaged or cut off. Nothing was changed; use another copy.`);
const noBackup = (path: string) => new BackupError(`${path} is not a backup of Replygraph.`);

function asBackupError(error: unknown, path: string): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ENOENT' || code === 'EACCES' || code === 'EISDIR') {
    return new BackupError(`${path} can't be read (${code}).`);
  }
  if (code === 'Z_DATA_ERROR' && error instanceof Error && /incorrect header/.test(error.message)) {
    return noBackup(path);
  }
  if (code.startsWith('Z_') || code === 'SHORT') return damage(path);
  return error;
}
