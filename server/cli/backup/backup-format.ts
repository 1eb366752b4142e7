import { z } from 'zod';

/**
 * A backup file is one gzip stream of:
 *
 *     header                            a line of JSON
 *     for every table, referred-to tables first:
 *       {"table", "columns"}            a line of JSON
 *       blocks                          4 bytes length (big-endian), then as many bytes of COPY text format
 *       0                               4 bytes: the table's blocks end
 *       {"rows", "bytes", "sha256"}     a line of JSON about the table's blocks
 *     {"end", "tables", "rows", "sha256"}   a line of JSON; the hash is of every byte before this line
 *
 * Text, not binary, because it is the same for every version of PostgreSQL and readable with `zcat`. Rows are counted by
 * their newlines, which COPY escapes inside values.
 */
export const FORMAT_VERSION = 1;

const migrationSchema = z.object({ tag: z.string(), at: z.number(), hash: z.string() });

/** The generated secrets of an embedded installation, as in its secrets.json. */
export const generatedSecretsSchema = z.object({
  appSecret: z.string().min(16),
  encryptionKey: z.string().min(16),
  verifyToken: z.string().min(1),
});
export type GeneratedSecrets = z.output<typeof generatedSecretsSchema>;

const sequenceSchema = z.object({
  table: z.string(),
  column: z.string(),
  /** What the next row gets. A text: it may be larger than a number of JavaScript. */
  next: z.string().regex(/^\d+$/),
});
export type SequenceState = z.output<typeof sequenceSchema>;

export const headerSchema = z.object({
  format: z.literal('replygraph-backup'),
  formatVersion: z.literal(FORMAT_VERSION),
  /** Version of the program that wrote it. */
  program: z.string(),
  shape: z.enum(['embedded', 'server', 'scaled']),
  createdAt: z.string(),
  migration: migrationSchema,
  /** See key-check.ts. */
  keyCheck: z.string(),
  secrets: generatedSecretsSchema.nullable(),
  tables: z.array(z.string()),
  sequences: z.array(sequenceSchema),
});
export type BackupHeader = z.output<typeof headerSchema>;

export const tableSchema = z.object({ table: z.string(), columns: z.array(z.string()).min(1) });
export type BackupTable = z.output<typeof tableSchema>;

export const tableEndSchema = z.object({ rows: z.number(), bytes: z.number(), sha256: z.string() });

export const endSchema = z.object({
  end: z.literal(true),
  tables: z.number(),
  rows: z.number(),
  sha256: z.string(),
});

/** What a file holds, once it has been written or read to its end. */
export type BackupSummary = { header: BackupHeader; rows: Record<string, number>; totalRows: number };

/** The file can't be used; the message is one line for the terminal. */
export class BackupError extends Error {
  override readonly name = 'BackupError';
}

/** Rows in a piece of COPY text: its newlines. */
export function countRows(piece: Uint8Array): number {
  let rows = 0;
  for (let at = piece.indexOf(10); at >= 0; at = piece.indexOf(10, at + 1)) rows++;
  return rows;
}
