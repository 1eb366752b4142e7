import { expect, test } from 'vitest';
import { detectLanguage, languageByName } from './language.ts';

test.each([
  ['How much is the blue one?', 'en'],
  ['Was kostet das Kleid?', 'de'],
  ['schöne Farbe', 'de'],
  ['¿Cuánto cuesta?', 'es'],
  ['Hola, me encanta este bolso', 'es'],
  ['Vous livrez en Suisse ?', 'fr'],
  ['Quanto custa o vestido?', 'pt'],
  ['Vocês são demais', 'pt'],
  ['Quanto costa la borsa?', 'it'],
  ['🔥🔥', 'en'],
  ['', 'en'],
])('%j is written in %s', (text, language) => {
  expect(detectLanguage(text)).toBe(language);
});

test.each([
  ['pt-BR', 'pt'],
  ['German', 'de'],
  ['Español', 'es'],
  ['Klingon', undefined],
])('%s means %s', (name, language) => {
  expect(languageByName(name)).toBe(language);
});
