import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { findSet, unusedFiles } from './find-set.ts';
import { readIntents } from './intents/read-intents.ts';
import { readLookup } from './lookup/read-lookup.ts';
import { readModeration } from './moderation/read-moderation.ts';
import { SetError } from './read-rows.ts';

const root = mkdtempSync(join(tmpdir(), 'replygraph-sets-'));
afterAll(() => rmSync(root, { recursive: true }));
let folders = 0;

/** A folder of shared sets with these files. */
function folderWith(files: Record<string, string | Uint8Array>): string {
  const folder = join(root, String(folders++));
  mkdirSync(join(folder, 'knowledge'), { recursive: true });
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

const documents = { 'knowledge/returns.md': 'Send it back within 45 days.' };

test('a shared set is taken where it is there, line by line or as JSON', () => {
  const psv = folderWith({ 'intents.psv': '# a remark\n\nprice|question|en|how much? 5|6\r\n' });
  expect(readIntents(findSet('intents', psv)).rows).toEqual([
    { intent: 'price', flow: 'question', language: 'en', text: 'how much? 5|6' },
  ]);
  const json = folderWith({
    'moderation.jsonl': '{"categories":"insult,spam?","language":"en","text":"two\\nlines"}',
  });
  expect(readModeration(findSet('moderation', json)).rows).toEqual([
    { language: 'en', text: 'two\nlines', is: new Set(['insult']), mayBe: new Set(['spam']) },
  ]);
  expect(findSet('lookup', json).isShared).toBe(false);
});

test('what is named otherwise is told', () => {
  const folder = folderWith({ 'intents.psv': 'a|b|c|d', 'intents.csv': 'a', 'readme.txt': 'b' });
  expect(unusedFiles(folder)).toEqual(['intents.csv', 'readme.txt']);
  expect(unusedFiles('/nowhere')).toEqual([]);
});

test('a question names its document, or words of the passage, or several of which one is enough', () => {
  const folder = folderWith({
    ...documents,
    'knowledge/faq.csv': 'question,answer\nHow?,So.',
    'lookup.psv': 'returns|en|back?\nreturns#within 45 days;faq#So|en|how long',
  });
  const { rows, documents: found } = readLookup(findSet('lookup', folder));
  expect(rows.map(({ expected }) => expected)).toEqual([
    [{ document: 'returns', words: '' }],
    [
      { document: 'returns', words: 'within 45 days' },
      { document: 'faq', words: 'So' },
    ],
  ]);
  expect(found.map(({ name }) => name).sort()).toEqual(['faq', 'returns']);
});

test.each<[string, Record<string, string | Uint8Array>, string]>([
  ['intents', { 'intents.psv': 'price|question|en' }, 'intents.psv, line 1: 3 fields where 4 are needed'],
  ['intents', { 'intents.psv': '# x\nprice||en|a' }, 'intents.psv, line 2: flow: '],
  ['intents', { 'intents.psv': '\n' }, 'intents.psv has no rows.'],
  ['intents', { 'intents.psv': new Uint8Array([0xff, 0xfe, 0x41]) }, 'intents.psv is no UTF-8'],
  ['intents', { 'intents.psv': 'a|b|c|d', 'intents.jsonl': '{}' }, 'Keep one of them.'],
  ['moderation', { 'moderation.jsonl': '{"categories":' }, 'moderation.jsonl, line 1: no JSON'],
  [
    'moderation',
    { 'moderation.psv': 'ok|en|a\nrude|en|b' },
    'line 2: categories: "rude" is none of ok, insult',
  ],
  ['lookup', { ...documents, 'lookup.psv': 'refunds|en|a' }, 'line 1: there is no document "refunds"'],
  ['lookup', { ...documents, 'lookup.psv': 'returns#60 days|en|a' }, 'does not have the words "60 days"'],
  ['lookup', { 'lookup.psv': 'a|en|b', 'knowledge/a.exe': '' }, 'a.exe is none of .txt, .md'],
  ['lookup', { 'lookup.psv': 'a|en|b', 'knowledge/a.md': '', 'knowledge/a.txt': '' }, 'two documents "a"'],
])('of %s, %j is refused with file, line and reason', (part, files, message) => {
  const readers = { intents: readIntents, lookup: readLookup, moderation: readModeration };
  const read = () => {
    const name = part as keyof typeof readers;
    return readers[name](findSet(name, folderWith(files)));
  };
  expect(read).toThrow(SetError);
  expect(read).toThrow(message);
});
