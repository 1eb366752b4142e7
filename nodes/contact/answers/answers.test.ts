import { describe, expect, test } from 'vitest';
import type { AnswerKind, Language } from './answer-kinds.ts';
import { answerSchema, LANGUAGES } from './answer-kinds.ts';
import { correctionOf } from './corrections.ts';
import { readAnswer } from './read-answer.ts';

const NOW = new Date('2026-03-02T10:00:00.000Z');

function read(text: string, kind: AnswerKind, language: Language = 'en'): string | number | null {
  const answer = readAnswer({ text }, kind, language, NOW);
  return answer.isValid ? answer.value : null;
}

const kindOf = (given: unknown): AnswerKind => answerSchema.parse(given);

describe('an e-mail address', () => {
  test.each([
    ['mia@example.com', 'mia@example.com'],
    ['  It is Mia.K+shop@Example.CO.UK. ', 'Mia.K+shop@example.co.uk'],
    ['mia@example.com, yes mia@example.com', 'mia@example.com'],
    ['müller@bücher.de', 'müller@bücher.de'],
    ['mia@example', null],
    ['mia@example,com', null],
    ['mia.example.com', null],
    ['@mia', null],
    ['mia@-example.com', null],
    ['mia..k@example.com', null],
    ['a@example.com or b@example.com', null],
    [`${'a'.repeat(65)}@example.com`, null],
    ['no', null],
    ['', null],
  ])('%j is %j', (text, expected) => {
    expect(read(text, { kind: 'email' })).toBe(expected);
  });
});

describe('a phone number', () => {
  test.each([
    ['+49 170 1234567', 'US', '+491701234567'],
    ['0170 123 45 67', 'DE', '+491701234567'],
    ['call +49 (0)170/1234567 please', 'US', '+491701234567'],
    ['0049 170 1234567', 'DE', '+491701234567'],
    ['(415) 555-2671', 'US', '+14155552671'],
    ['1 415 555 2671', 'US', '+14155552671'],
    ['011 49 170 1234567', 'US', '+491701234567'],
    ['06 12 34 56 78', 'FR', '+33612345678'],
    ['612 34 56 78', 'ES', '+34612345678'],
    ['06 1234 5678', 'IT', '+390612345678'],
    ['8 912 345-67-89', 'RU', '+79123456789'],
    ['06 20 123 4567', 'HU', '+36201234567'],
    ['115 555 2671', 'US', null],
    ['12345', 'DE', null],
    ['+999 1234 5678', 'DE', null],
    ['+49 170 1234567 890123456', 'DE', null],
    ['0170 1234567 or, 0171 1234567', 'DE', null],
    ['my number', 'DE', null],
  ])('%j from %s is %j', (text, country, expected) => {
    expect(read(text, kindOf({ kind: 'phone', country }))).toBe(expected);
  });

  test('belongs to a country that exists', () => {
    expect(answerSchema.safeParse({ kind: 'phone', country: 'de' }).data).toMatchObject({ country: 'DE' });
    expect(answerSchema.safeParse({ kind: 'phone', country: 'XX' }).success).toBe(false);
  });
});

describe('a number', () => {
  test.each([
    ['25', 'en', {}, 25],
    ["I'm 25 years old", 'en', {}, 25],
    ['-3', 'en', {}, -3],
    ['1,234.5', 'en', {}, 1234.5],
    ['1.234,5', 'de', {}, 1234.5],
    ['1,234', 'en', {}, 1234],
    ['1.234', 'de', {}, 1234],
    ['1.234', 'en', {}, 1.234],
    ['12,5', 'en', {}, 12.5],
    ['12 345,6', 'fr', {}, 12345.6],
    ['1.000.000', 'de', {}, 1_000_000],
    ['20.', 'en', {}, 20],
    ['2 or 3', 'en', {}, null],
    ['ten', 'en', {}, null],
    ['4', 'en', { min: 5 }, null],
    ['5', 'en', { min: 5, max: 5 }, 5],
    ['6', 'en', { max: 5 }, null],
    ['2.5', 'en', { wholeOnly: true }, null],
  ] as const)('%j in %s with %j is %j', (text, language, limits, expected) => {
    expect(read(text, kindOf({ kind: 'number', ...limits }), language)).toBe(expected);
  });
});

describe('a date', () => {
  test.each([
    ['2026-12-31', 'en', '2026-12-31'],
    ['12/31/2026', 'en', '2026-12-31'],
    ['03/04/2026', 'en', '2026-03-04'],
    ['03/04/2026', 'en-GB', '2026-04-03'],
    ['31/12/2026', 'en', '2026-12-31'],
    ['31.12.2026', 'en', '2026-12-31'],
    ['3. 4. 26', 'de', '2026-04-03'],
    ['1.5.87', 'de', '1987-05-01'],
    ['March 3rd, 2026', 'en', '2026-03-03'],
    ['3 March 2026', 'en', '2026-03-03'],
    ['am 3. März 2026', 'de', '2026-03-03'],
    ['3. Mrz 2026', 'de', null],
    ['3 de marzo de 2026', 'es', '2026-03-03'],
    ['1er août 2026', 'fr', '2026-08-01'],
    ['12 dicembre 2026', 'it', '2026-12-12'],
    ['7 de março de 2026', 'pt', '2026-03-07'],
    ['29.02.2027', 'de', null],
    ['31 April 2026', 'en', null],
    ['3 March', 'en', null],
    ['tomorrow', 'en', null],
    ['2026-13-01', 'en', null],
  ] as const)('%j in %s is %j', (text, language, expected) => {
    expect(read(text, { kind: 'date' }, language)).toBe(expected);
  });
});

test.each([
  ['A text', {}, 'A text'],
  ['ab', { min: 3 }, null],
  ['abcd', { max: 3 }, null],
  ['👍🏽', { max: 2 }, '👍🏽'],
  ['12345', { pattern: '^\\d{5}$' }, '12345'],
  ['1234', { pattern: '^\\d{5}$' }, null],
])('the text %j with %j is %j', (text, limits, expected) => {
  expect(read(text, kindOf({ kind: 'text', ...limits }))).toBe(expected);
});

test('a pattern that takes exponential time elsewhere is read in no time', () => {
  expect(read(`${'a'.repeat(900)}!`, kindOf({ kind: 'text', max: 1_000, pattern: '^(a+)+$' }))).toBeNull();
});

test.each([
  ['Größe M', undefined, 'Größe M'],
  ['grosse m!', undefined, null],
  ['größe m!', undefined, 'Größe M'],
  ['2', undefined, 'Größe M'],
  ['7', undefined, null],
  ['whatever', 'Größe S', 'Größe S'],
  ['none', undefined, null],
])('the choice %j, tapped %j, is %j', (text, quickReply, expected) => {
  const kind = kindOf({ kind: 'choice', options: ['Größe S', 'Größe M'] });
  const answer = readAnswer({ text, quickReply }, kind, 'de', NOW);
  expect(answer.isValid ? answer.value : null).toBe(expected);
});

describe.each(LANGUAGES)('corrections in %s', (language) => {
  test.each([
    { kind: 'email' },
    { kind: 'phone' },
    { kind: 'number', min: 1, max: 10 },
    { kind: 'date' },
    { kind: 'text', min: 3 },
    { kind: 'choice', options: ['S', 'M'] },
  ])('say what is wanted: $kind', (given) => {
    const correction = correctionOf(kindOf(given), language);
    expect(correction.length).toBeGreaterThan(20);
    const wanted = { number: '1–10', text: '3–500', choice: 'S, M', date: '2026', email: '@', phone: '?' };
    expect(correction).toContain(wanted[given.kind as keyof typeof wanted]);
  });

  test('show a date that would be understood', () => {
    const example = correctionOf({ kind: 'date' }, language).split(': ').at(-1) ?? '';
    expect(read(example, { kind: 'date' }, language)).toBe('2026-12-31');
  });
});
