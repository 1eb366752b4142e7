import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join, parse } from 'node:path';
import { z } from 'zod';
import { FILE_EXTENSIONS } from '../../../server/knowledge/extraction/file-kinds.ts';
import { MOST_DOCUMENTS_PER_BASE } from '../../../server/knowledge/limits.ts';
import type { FoundSet } from '../find-set.ts';
import type { Placed } from '../read-rows.ts';
import { readRows, SetError, shortPath, wrongLine } from '../read-rows.ts';
import type { Expected } from './score-ranks.ts';
import { oneSpaced } from './score-ranks.ts';

const rowSchema = z
  .object({
    expected: z.string().min(1).max(1_000),
    language: z.string().max(20),
    // A search takes as much (knowledgeSearchRequestSchema).
    question: z.string().trim().min(1).max(1_000),
  })
  .transform(({ expected, ...row }) => ({ ...row, expected: expected.split(';').map(expectedOf) }));

export type LookupRow = z.output<typeof rowSchema>;
/** A file that is uploaded; `name` is what rows call it. */
export type LookupDocument = { name: string; file: string };
export type LookupSet = { rows: LookupRow[]; documents: LookupDocument[]; leftOut: Record<string, number> };

/** Kinds whose words are seen without reading the document as the product does. */
const PLAIN = ['.txt', '.md'];

/**
 * A set of questions: `expected|language|question` a line. `expected` is the name of the document that answers it, without
 * its ending; `returns#within 30 days` means the passage of it that has these words. Several, any of which is right, are
 * divided by semicolons. The documents are files beside the set, in `knowledge/`.
 * @throws SetError
 */
export function readLookup(set: FoundSet): LookupSet {
  const documents = readDocuments(set.documents);
  const placed = readRows(set.file, ['expected', 'language', 'question'], rowSchema);
  for (const each of placed) checkExpected(set, each, documents);
  const rows = [...new Map(placed.map(({ row }) => [row.question, row])).values()];
  return { rows, documents, leftOut: { 'they stand there twice': placed.length - rows.length } };
}

function expectedOf(text: string): Expected {
  const [document = '', ...words] = text.trim().split('#');
  return { document, words: words.join('#') };
}

function readDocuments(folder: string): LookupDocument[] {
  if (!existsSync(folder)) {
    throw new SetError(`There is no folder ${shortPath(folder)} with the documents of the lookup set.`);
  }
  const files = readdirSync(folder).filter((name) => !name.startsWith('.'));
  if (files.length > MOST_DOCUMENTS_PER_BASE) {
    throw new SetError(`${shortPath(folder)} has more than ${MOST_DOCUMENTS_PER_BASE} documents.`);
  }
  const documents = files.map((name) => ({ name: parse(name).name, file: join(folder, name) }));
  for (const { name, file } of documents) {
    if (!FILE_EXTENSIONS.includes(extname(file))) {
      throw new SetError(`${shortPath(file)} is none of ${FILE_EXTENSIONS.join(', ')}.`);
    }
    if (documents.some((other) => other.name === name && other.file !== file)) {
      throw new SetError(`${shortPath(folder)} has two documents "${name}". Rename one of them.`);
    }
  }
  return documents;
}

function checkExpected(set: FoundSet, { line, row }: Placed<LookupRow>, documents: LookupDocument[]): void {
  for (const { document, words } of row.expected) {
    const found = documents.find(({ name }) => name === document);
    if (!found) throw wrongLine(set.file, line, `there is no document "${document.slice(0, 100)}"`);
    if (!PLAIN.includes(extname(found.file))) continue;
    if (!oneSpaced(readFileSync(found.file, 'utf8')).includes(oneSpaced(words))) {
      throw wrongLine(set.file, line, `${shortPath(found.file)} does not have the words "${words}"`);
    }
  }
}
