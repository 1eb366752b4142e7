import { describe, expect, test } from 'vitest';
import type { ExtractField, ModerationCategory } from '../../../engine/services.ts';
import { createBuiltinProvider } from './builtin-provider.ts';
import { moderate } from './moderation.ts';

const builtin = createBuiltinProvider();
const TODAY = '2026-03-02';

describe('extracting', () => {
  const read = (text: string, field: Omit<ExtractField, 'name'> & { name?: string }) =>
    Object.values(builtin.extract({ text, fields: [{ name: 'value', ...field }] }, TODAY))[0];

  test.each<[string, Omit<ExtractField, 'name'> & { name?: string }, unknown]>([
    ['write to Mia.M@Shop.example please', { type: 'email' }, 'mia.m@shop.example'],
    ['no address here', { type: 'email' }, null],
    ['call me: +49 (170) 123-4567', { type: 'phone' }, '+491701234567'],
    ['0170 1234567', { type: 'phone' }, '01701234567'],
    ['order 12 on 3.4.', { type: 'phone' }, null],
    ['I take 3 of them', { type: 'number' }, 3],
    ['quiero dos', { type: 'number' }, 2],
    ['3 or 4', { type: 'number' }, null],
    ['size: 38, count: 2', { name: 'size', type: 'number' }, 38],
    ['mia7@shop.example', { type: 'number' }, null],
    ['on 12 April', { type: 'date' }, '2026-04-12'],
    ['am 1. Februar', { type: 'date' }, '2027-02-01'],
    ['2026-05-06 please', { type: 'date' }, '2026-05-06'],
    ['2026-02-30', { type: 'date' }, null],
    ['31 April', { type: 'date' }, null],
    ['Ja, gerne!', { type: 'boolean' }, true],
    ['nope', { type: 'boolean' }, false],
    ['maybe', { type: 'boolean' }, null],
    ['the DARK BLUE one', { type: 'choice', choices: ['Blue', 'Dark blue', 'Red'] }, 'Dark blue'],
    ['blue or red', { type: 'choice', choices: ['Blue', 'Red'] }, null],
    ['bluebird', { type: 'choice', choices: ['Blue'] }, null],
    ['Order number: RG-77, thanks', { name: 'order_number', type: 'text' }, 'RG-77'],
    ['Hi, my name is Mia Moon and I wait', { name: 'name', type: 'text' }, 'Mia Moon'],
    ['ich wohne in Köln', { name: 'ort', type: 'text' }, 'Köln'],
    ['hello', { name: 'name', type: 'text' }, null],
  ])('%s', (text, field, expected) => {
    expect(read(text, field)).toBe(expected);
  });
});

test.each([
  ['I love it, so beautiful 😍', 'positive'],
  ['Not bad at all, thank you', 'positive'],
  ['Ich bin begeistert, danke!', 'positive'],
  ['Me encanta, gracias', 'positive'],
  ['Ottima qualità, consiglio', 'positive'],
  ['This is not good, I am disappointed', 'negative'],
  ['Kam kaputt an, sehr ärgerlich 😡', 'negative'],
  ['Pésima atención, nunca más', 'negative'],
  ['Très déçue, article cassé', 'negative'],
  ['Veio quebrado, péssimo', 'negative'],
  ['Which sizes do you have?', 'neutral'],
  ['Habt ihr am Samstag offen?', 'neutral'],
  ['', 'neutral'],
])('the mood of "%s" is %s', (text, sentiment) => {
  const mood = builtin.sentiment(text);
  expect(mood.sentiment).toBe(sentiment);
  expect(Math.abs(mood.score)).toBeLessThanOrEqual(1);
});

describe('moderating', () => {
  const flagged = (text: string) =>
    (Object.entries(moderate(text)) as [ModerationCategory, number][])
      .filter(([, score]) => score >= 0.5)
      .map(([category]) => category);

  test.each<[string, ModerationCategory]>([
    ['You are such an idiot', 'insult'],
    ['1d1ot', 'insult'],
    ['I D I O T', 'insult'],
    ['Ihr seid alle Arschlöcher', 'insult'],
    ['Sois unos gilipollas', 'insult'],
    ['Ta gueule connard', 'insult'],
    ['vai se foder', 'insult'],
    ['siete degli stronzi', 'insult'],
    ['I know where you live', 'threat'],
    ['Ich weiß, wo du wohnst', 'threat'],
    ['Te voy a matar', 'threat'],
    ['go back to your country', 'hate'],
    ['send nudes', 'sexual'],
    ['I want to end my life', 'self_harm'],
    ['quiero morir', 'self_harm'],
    ['there will be a mass shooting', 'violence'],
    ['Get 10k followers now', 'spam'],
    ['DM me to earn $500 a day from home 💰', 'spam'],
    ['see evil.example', 'link'],
  ])('%s: %s', (text, category) => {
    expect(flagged(text)).toContain(category);
  });

  test.each([
    'How much is the blue bag?',
    'This dress is killer, I love it',
    'We are sorry that your parcel is late. We look into it.',
    'Das ist ja der Hammer! Danke',
    'Enjoy your assorted classics in Essex',
    'Qué bonito, lo quiero en negro',
    'Vous livrez en Suisse ?',
    'Olá, tudo bem? Qual o valor?',
    '@anna.de look at this',
    '',
  ])('"%s" is harmless', (text) => {
    expect(flagged(text)).toEqual([]);
  });
});

test.each([
  ['I want to buy two today, where can I order? mia@shop.example', 'hot'],
  ['Ich möchte bestellen, bitte ruft mich an', 'hot'],
  ['Quiero comprar uno, ¿cómo pago?', 'hot'],
  ['How much is it?', 'warm'],
  ['Combien ça coûte ?', 'warm'],
  ['So pretty 😍', 'cold'],
  ['too expensive, not interested', 'cold'],
  ['Get 10k followers, DM me to earn $500', 'cold'],
])('"%s" is %s', (text, score) => {
  const result = builtin.scoreLead(text);
  expect(result.score).toBe(score);
  expect(result.reasons.length).toBeGreaterThan(0);
});

describe('summing up', () => {
  const text =
    'My order 4711 has not arrived. I ordered it three weeks ago. The weather is nice here. The order was a bag and a belt. Please send the order or my money back.';

  test('picks sentences in their order, in the words of the writer', () => {
    const summary = builtin.summarize({ text, sentences: 2, maxBytes: 500 });
    expect(summary).toContain('My order 4711 has not arrived.');
    expect(summary).not.toContain('weather');
    expect(text.indexOf(summary.split('. ')[1] ?? 'no second')).toBeGreaterThan(0);
  });

  test('keeps to the bytes, and leaves a short text as it is', () => {
    expect(Buffer.byteLength(builtin.summarize({ text, sentences: 4, maxBytes: 60 }))).toBeLessThanOrEqual(
      60,
    );
    expect(builtin.summarize({ text: 'Hello.', sentences: 2, maxBytes: 60 })).toBe('Hello.');
  });
});

describe('a caption', () => {
  const caption = (changes: Partial<Parameters<typeof builtin.caption>[0]>) =>
    builtin.caption({
      topic: 'Neue Taschen für den Sommer',
      instructions: '',
      hashtags: 2,
      maxBytes: 2_200,
      ...changes,
    });

  test('is the owner’s words in their language with hashtags', () => {
    expect(caption({})).toMatch(/^✨ Neue Taschen für den Sommer\n\nWas meint ihr\?.*\n\n#neue #taschen$/u);
    expect(caption({ language: 'English', hashtags: 0 })).toMatch(/Tell us in the comments 👇$/u);
  });

  test('follows a template, and fits', () => {
    expect(caption({ instructions: 'Write exactly: "Hot: {topic}!"', hashtags: 0 })).toBe(
      'Hot: Neue Taschen für den Sommer!',
    );
    expect(Buffer.byteLength(caption({ maxBytes: 50 }))).toBeLessThanOrEqual(50);
  });
});
