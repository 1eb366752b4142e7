import { expect, it } from 'vitest';
import { german } from './texts.de.ts';
import { english } from './texts.en.ts';

const placeholders = (text: string) => (text.match(/\{\{\w+\}\}/g) ?? []).toSorted();

it('every text is there in both languages, with the same things to fill in', () => {
  expect(Object.keys(german)).toEqual(Object.keys(english));
  for (const [key, text] of Object.entries(english)) {
    expect([key, placeholders(german[key] ?? '')]).toEqual([key, placeholders(text)]);
  }
});
