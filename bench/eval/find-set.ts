import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SetError, shortPath } from './read-rows.ts';

/** The three parts of the evaluation; each has a set of its name. */
export const PARTS = ['intents', 'lookup', 'moderation'] as const;
export type Part = (typeof PARTS)[number];

/** Sets that other projects may share lie beside this one. */
const SHARED = fileURLToPath(new URL('../../../shared/data/', import.meta.url));
const OWN = fileURLToPath(new URL('./sets/', import.meta.url));

export type FoundSet = {
  file: string;
  /** Documents of a lookup set lie here. */
  documents: string;
  isShared: boolean;
};

/**
 * The file of a part: `<part>.psv` or `<part>.jsonl` in the shared folder where it is there, else the one that ships.
 * @throws SetError where both are there
 */
export function findSet(part: Part, shared = SHARED): FoundSet {
  const found = ['psv', 'jsonl'].map((ending) => join(shared, `${part}.${ending}`)).filter(existsSync);
  if (found.length > 1) {
    throw new SetError(`There are ${found.map(shortPath).join(' and ')}. Keep one of them.`);
  }
  const [file] = found;
  return file
    ? { file, documents: join(shared, 'knowledge'), isShared: true }
    : { file: join(OWN, `${part}.psv`), documents: join(OWN, 'knowledge'), isShared: false };
}

/** What lies among the shared sets and is none; a name that is wrong is not passed over in silence. */
export function unusedFiles(shared = SHARED): string[] {
  if (!existsSync(shared)) return [];
  const used = ['knowledge', ...PARTS.flatMap((part) => [`${part}.psv`, `${part}.jsonl`])];
  return readdirSync(shared)
    .filter((name) => !name.startsWith('.') && !used.includes(name))
    .sort();
}

export type SetAbout = { file: string; rows: number; about: string };

/** What the report says about a set. @param leftOut why rows do not count, with their number */
export function describeSet(set: FoundSet, rows: number, leftOut: Record<string, number>): SetAbout {
  const origin = set.isShared
    ? 'a set that was shared with the project'
    : 'written by hand by the project for this purpose and never trained on; no public benchmark';
  const lost = Object.entries(leftOut)
    .filter(([, count]) => count > 0)
    .map(([why, count]) => `${count} rows left out: ${why}`);
  return {
    file: shortPath(set.file),
    rows,
    about: [`${rows} rows, ${origin}`, ...lost].join('; '),
  };
}
