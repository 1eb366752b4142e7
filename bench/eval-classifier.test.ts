import { expect, test } from 'vitest';
import { trainClassifier } from '../server/ai/builtin/classifier.ts';
import { intentClasses, intentNames } from '../server/ai/builtin/intents.ts';
import { tokenise } from '../server/ai/builtin/tokenise.ts';
import { FLOW_LABELS, readHeldOut } from './eval/held-out.ts';
import { scoreLabels } from './eval/score-labels.ts';

const plain = (text: string) =>
  tokenise(text)
    .map((token) => token.text)
    .join(' ');

test('no row of the evaluation set is trained on, not even written differently', () => {
  const trained = new Set(intentClasses().flatMap(({ sentences }) => sentences.map(plain)));
  const shared = readHeldOut().filter(({ text }) => trained.has(plain(text)));
  expect(shared).toEqual([]);
});

test('the evaluation set is large enough and names labels that exist', () => {
  const rows = readHeldOut();
  expect(rows.length).toBeGreaterThanOrEqual(150);
  for (const { intent, flow } of rows) {
    expect(intentNames()).toContain(intent);
    expect([...FLOW_LABELS, 'other']).toContain(flow);
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
  const answers = readHeldOut().map(({ text, flow }) => {
    const { label, confidence } = classify(text);
    return { expected: flow, actual: label, confidence };
  });
  expect(scoreLabels(answers, [...FLOW_LABELS, 'other']).macroF1).toBeGreaterThanOrEqual(0.85);
});

test('scores are those of the textbook', () => {
  const answers = [
    { expected: 'a', actual: 'a', confidence: 1 },
    { expected: 'a', actual: 'b', confidence: 1 },
    { expected: 'b', actual: 'b', confidence: 1 },
  ];
  expect(scoreLabels(answers, ['a', 'b'])).toMatchObject({
    labels: { a: { precision: 1, recall: 0.5 }, b: { precision: 0.5, recall: 1 } },
    confusion: { a: { a: 1, b: 1 }, b: { b: 1 } },
  });
});
