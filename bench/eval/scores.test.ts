import { describe, expect, test } from 'vitest';
import type { ModerationCategory } from '../../engine/services.ts';
import { scoreLabels } from './intents/score-labels.ts';
import { rankOf, scoreRanks } from './lookup/score-ranks.ts';
import { scoreModeration } from './moderation/score-moderation.ts';
import { scoreBinary } from './score-binary.ts';

describe('precision and recall', () => {
  const answers = (text: string) =>
    text.split(' ').map((pair) => ({ expected: pair[0] === '1', actual: pair[1] === '1' }));

  test('of three that were found two are right, of four that are there two were found', () => {
    const score = scoreBinary(answers('11 11 01 10 10 00'));
    expect(score).toEqual({ precision: 2 / 3, recall: 0.5, f1: 4 / 7, support: 4 });
  });

  test('nothing found, or nothing there, is no division by zero', () => {
    expect(scoreBinary(answers('10'))).toEqual({ precision: 0, recall: 0, f1: 0, support: 1 });
    expect(scoreBinary(answers('01'))).toEqual({ precision: 0, recall: 0, f1: 0, support: 0 });
    expect(scoreBinary([])).toEqual({ precision: 0, recall: 0, f1: 0, support: 0 });
  });

  test('of labels, with what was taken for what', () => {
    const answers = [
      { expected: 'a', actual: 'a', confidence: 1 },
      { expected: 'a', actual: 'b', confidence: 1 },
      { expected: 'b', actual: 'b', confidence: 1 },
    ];
    expect(scoreLabels(answers, ['a', 'b'])).toMatchObject({
      macroF1: 2 / 3,
      labels: { a: { precision: 1, recall: 0.5 }, b: { precision: 0.5, recall: 1 } },
      confusion: { a: { a: 1, b: 1 }, b: { b: 1 } },
    });
  });
});

describe('the place of a passage', () => {
  const found = [
    { title: 'shipping', text: 'Three days.' },
    { title: 'returns', text: 'In its own box.' },
    { title: 'returns', text: 'Within 45\ndays.' },
  ];

  test.each([
    [[{ document: 'returns', words: '' }], 2],
    [[{ document: 'returns', words: 'Within 45 days' }], 3],
    [[{ document: 'shipping', words: 'Within 45 days' }], null],
    [
      [
        { document: 'returns', words: '45' },
        { document: 'shipping', words: '' },
      ],
      1,
    ],
    [[{ document: 'hut', words: '' }], null],
  ])('%j is at %s', (expected, rank) => {
    expect(rankOf(found, expected)).toBe(rank);
  });

  test('makes recall at 1 and 5 and the mean reciprocal rank, in all and by language', () => {
    const ranked = [
      { language: 'en', rank: 1 },
      { language: 'en', rank: 4 },
      { language: 'en', rank: null },
      { language: 'de', rank: 8 },
    ];
    const { languages, ...all } = scoreRanks(ranked);
    expect(all).toEqual({ questions: 4, recallAt1: 0.25, recallAt5: 0.5, mrr: (1 + 1 / 4 + 1 / 8) / 4 });
    expect(languages).toEqual({
      en: { questions: 3, recallAt1: 1 / 3, recallAt5: 2 / 3, mrr: 1.25 / 3 },
      de: { questions: 1, recallAt1: 0, recallAt5: 0, mrr: 1 / 8 },
    });
  });
});

describe('moderation', () => {
  const row = (is: ModerationCategory[], found: ModerationCategory[], mayBe: ModerationCategory[] = []) => ({
    row: { is: new Set(is), mayBe: new Set(mayBe), language: 'en' },
    found: new Set(found),
  });
  const flags: ModerationCategory[] = ['insult', 'spam'];

  test('counts each category by itself, and a text as flagged whichever was found', () => {
    const score = scoreModeration([row(['insult'], ['spam']), row(['spam'], []), row([], [])], flags);
    expect(score.flagged).toMatchObject({ precision: 1, recall: 0.5, support: 2 });
    expect(score.categories).toEqual({
      insult: { precision: 0, recall: 0, f1: 0, support: 1 },
      spam: { precision: 0, recall: 0, f1: 0, support: 1 },
    });
  });

  test('what may be a category counts neither for nor against who finds it', () => {
    const rows = [row(['insult'], ['insult', 'spam'], ['spam']), row([], ['spam'], ['spam'])];
    const score = scoreModeration(rows, flags);
    expect(score.categories).toEqual({ insult: { precision: 1, recall: 1, f1: 1, support: 1 } });
    expect(score.flagged).toEqual({ precision: 1, recall: 1, f1: 1, support: 1 });
  });

  test('a category that does not flag makes nobody flagged', () => {
    const score = scoreModeration([row(['link'], ['link'])], flags);
    expect(score.flagged).toMatchObject({ support: 0 });
    expect(score.categories.link).toMatchObject({ f1: 1 });
  });
});
