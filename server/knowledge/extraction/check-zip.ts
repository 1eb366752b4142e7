import { inflateRawSync } from 'node:zlib';
import { DocumentError } from '../document-error.ts';

const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const LOCAL_ENTRY = 0x04034b50;
const LEAST_END_BYTES = 22;
const MOST_COMMENT_BYTES = 65_535;
const MOST_ENTRIES = 5_000;
const STORED = 0;
const DEFLATED = 8;

/**
 * Unpacks a ZIP file (APPNOTE 6.3.10, without ZIP64) under a limit before a library does it without one. What the file says
 * about its own sizes is not believed.
 * @returns the names of its entries
 * @throws DocumentError `broken_file`, `unpacks_too_large`
 */
export function checkZip(bytes: Uint8Array, maxUnpackedBytes: number): string[] {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const names: string[] = [];
  let left = maxUnpackedBytes;
  try {
    const end = endOfDirectory(file);
    const count = file.readUInt16LE(end + 10);
    let position = file.readUInt32LE(end + 16);
    if (count > MOST_ENTRIES) throw tooLarge(maxUnpackedBytes);
    for (let index = 0; index < count; index++) {
      if (file.readUInt32LE(position) !== DIRECTORY_ENTRY) throw broken();
      const nameLength = file.readUInt16LE(position + 28);
      names.push(file.toString('utf8', position + 46, position + 46 + nameLength));
      left -= unpackedBytes(file, position, left, maxUnpackedBytes);
      position += 46 + nameLength + file.readUInt16LE(position + 30) + file.readUInt16LE(position + 32);
    }
    return names;
  } catch (error) {
    throw error instanceof DocumentError ? error : broken();
  }
}

function unpackedBytes(file: Buffer, entry: number, most: number, limit: number): number {
  const method = file.readUInt16LE(entry + 10);
  const packedSize = file.readUInt32LE(entry + 20);
  const local = file.readUInt32LE(entry + 42);
  if (file.readUInt32LE(local) !== LOCAL_ENTRY) throw broken();
  const start = local + 30 + file.readUInt16LE(local + 26) + file.readUInt16LE(local + 28);
  if (method === STORED) {
    if (packedSize > most) throw tooLarge(limit);
    return packedSize;
  }
  if (method !== DEFLATED || start + packedSize > file.length) throw broken();
  if (most <= 0) throw tooLarge(limit);
  try {
    return inflateRawSync(file.subarray(start, start + packedSize), { maxOutputLength: most }).length;
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? tooLarge(limit) : broken();
  }
}

/** The record at the end of the file, before a comment of any length. */
function endOfDirectory(file: Buffer): number {
  const first = Math.max(0, file.length - LEAST_END_BYTES - MOST_COMMENT_BYTES);
  for (let position = file.length - LEAST_END_BYTES; position >= first; position--) {
    if (file.readUInt32LE(position) === END_OF_DIRECTORY) return position;
  }
  throw broken();
}

const broken = () =>
  new DocumentError(
    'broken_file',
    'The file is damaged or not what its name says. Save it again and upload it anew.',
  );

const tooLarge = (limit: number) =>
  new DocumentError(
    'unpacks_too_large',
    `The file unpacks to more than ${Math.floor(limit / 1024 / 1024)} MiB. Take pictures out of it, or split it.`,
  );
