import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { expect, test } from 'vitest';
import { trainClassifier } from '../../server/ai/builtin/classifier.ts';
import { intentClasses, intentNames } from '../../server/ai/builtin/intents.ts';
import { openText } from '../../server/knowledge/extraction/open-text.ts';
import { findSet } from './find-set.ts';
import type { IntentRow } from './intents/read-intents.ts';
import { FLOW_LABELS, labelsOf, readIntents } from './intents/read-intents.ts';
import { scoreLabels } from './intents/score-labels.ts';
import { readLookup } from './lookup/read-lookup.ts';
import { oneSpaced } from './lookup/score-ranks.ts';
import { readModeration } from './moderation/read-moderation.ts';
import { plainText, trainedTexts, unseenRows } from './unseen-rows.ts';

/** What ships, whatever lies beside the project. */
const own = (part: Parameters<typeof findSet>[0]) => findSet(part, '/nowhere');
const intents = readIntents(own('intents'));
const lookup = readLookup(own('lookup'));
const moderation = readModeration(own('moderation'));
const count = (numbers: Record<string, number>) =>
  Object.values(numbers).reduce((sum, each) => sum + each, 0);

test('no row that is evaluated is trained on, not even written differently', () => {
  const trained = trainedTexts();
  const texts = [...intents.rows, ...moderation.rows].map(({ text }) => text);
  const questions = lookup.rows.map(({ question }) => question);
  expect([...texts, ...questions].filter((text) => trained.has(plainText(text)))).toEqual([]);
});

test('no row of a shipped set stands there twice or has to be left out', () => {
  expect([intents, lookup, moderation].map(({ leftOut }) => count(leftOut))).toEqual([0, 0, 0]);
});

test('a row on which the built-in provider is trained is left out, and so is one that is repeated', () => {
  const [trained] = intentClasses()[0]!.sentences;
  const texts = [`${trained?.toUpperCase()}!!`, 'quite another thing', 'quite another thing'];
  const { rows, leftOut } = unseenRows(texts.map((text, index) => ({ line: index, row: { text } })));
  expect(rows).toEqual([{ text: 'quite another thing' }]);
  expect(Object.values(leftOut)).toEqual([1, 1]);
});

test('the intents are enough and have labels that exist', () => {
  expect(intents.rows.length).toBeGreaterThanOrEqual(150);
  for (const { intent, flow } of intents.rows) {
    expect(intentNames()).toContain(intent);
    expect([...FLOW_LABELS, 'other']).toContain(flow);
  }
});

test('a set with labels of its own is judged by those', () => {
  const row = { flow: 'order', language: 'en', text: 'x' };
  const rows: IntentRow[] = ['b', 'a', 'other', 'a'].map((intent) => ({ ...row, intent }));
  expect(labelsOf(rows, 'intent')).toEqual(['a', 'b']);
  expect(labelsOf(intents.rows, 'flow')).toEqual(FLOW_LABELS);
});

test('the questions are enough, in several languages, and their passages are in the documents', () => {
  expect(lookup.rows.length).toBeGreaterThanOrEqual(120);
  expect(new Set(lookup.rows.map(({ language }) => language)).size).toBeGreaterThanOrEqual(5);
  expect(lookup.documents.length).toBeGreaterThanOrEqual(40);
  const textOf = new Map(lookup.documents.map(({ name, file }) => [name, textIn(file)]));
  for (const { document, words } of lookup.rows.flatMap(({ expected }) => expected)) {
    expect(textOf.get(document), document).toContain(oneSpaced(words));
  }
  // No question that is answered by copying it.
  for (const { question } of lookup.rows) {
    expect([...textOf.values()].filter((text) => text.includes(`${question}?`))).toEqual([]);
  }
});

test('every document is asked for', () => {
  const asked = new Set(lookup.rows.flatMap(({ expected }) => expected.map(({ document }) => document)));
  expect(lookup.documents.map(({ name }) => name).filter((name) => !asked.has(name))).toEqual([]);
});

test('the texts to moderate are enough, with as many harmless ones as any category has', () => {
  const { rows } = moderation;
  expect(rows.length).toBeGreaterThanOrEqual(200);
  const harmless = rows.filter(({ is, mayBe }) => is.size + mayBe.size === 0);
  expect(harmless.length).toBeGreaterThanOrEqual(100);
  for (const category of ['insult', 'threat', 'hate', 'sexual', 'self_harm', 'violence', 'spam'] as const) {
    expect(rows.filter(({ is }) => is.has(category)).length, category).toBeGreaterThanOrEqual(15);
  }
});

test('every shipped intent has sixty sentences or more, each once', () => {
  for (const intent of intentNames()) {
    const sentences = intentClasses()
      .filter((each) => each.intent === intent)
      .flatMap((each) => each.sentences);
    expect(sentences.length, intent).toBeGreaterThanOrEqual(60);
    expect(new Set(sentences).size, intent).toBe(sentences.length);
  }
});

test('the built-in classifier sorts a comment flow with a macro-F1 of at least 0.85', () => {
  const classify = trainClassifier(FLOW_LABELS.map((name) => ({ name })));
  const answers = intents.rows.map(({ text, flow }) => {
    const { label, confidence } = classify(text);
    return { expected: flow, actual: label, confidence };
  });
  expect(scoreLabels(answers, [...FLOW_LABELS, 'other']).macroF1).toBeGreaterThanOrEqual(0.85);
});

/** The words of a document as the product reads them. */
function textIn(file: string): string {
  const formats = { '.md': 'text', '.html': 'html', '.csv': 'csv' } as const;
  const format = formats[extname(file) as keyof typeof formats];
  const opened = openText(readFileSync(file), format);
  const text =
    opened.kind === 'text'
      ? opened.text
      : opened.pairs.map(({ question, answer }) => `${question}\n${answer}`).join('\n');
  return oneSpaced(text);
}
