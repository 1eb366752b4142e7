import { describe, expect, test } from 'vitest';
import type { KeywordMatch } from './keywords.ts';
import { matchesKeywords } from './keywords.ts';

describe('matchesKeywords', () => {
  test.each<[KeywordMatch, string[], string, boolean, string]>([
    ['any', [], 'whatever', true, 'no keywords: every text'],
    ['any', [], '', true, 'no keywords: no text too'],
    ['any', ['price'], 'What is the PRICE?', true, 'capital letters'],
    ['any', ['PRICE'], 'price', true, 'capital letters in the keyword'],
    ['any', ['price'], 'priceless', false, 'part of a word'],
    ['any', ['price'], 'overprice', false, 'end of a word'],
    ['any', ['price'], 'priceless, but what price?', true, 'first as a part, then whole'],
    ['any', ['price', 'cost'], 'does it cost much', true, 'one of two'],
    ['any', ['how much'], 'So how   much\nis it', true, 'several words, other blanks'],
    ['any', ['precio'], '¿PRECIÓ?', true, 'an accent'],
    ['any', ['café'], 'cafe', true, 'an accent in the keyword'],
    ['any', ['café'], 'cafe\u0301!', true, 'the accent as a mark of its own'],
    ['any', ['link'], 'ｌｉｎｋ', true, 'full-width letters'],
    ['any', ['strasse'], 'Straße', true, 'sharp s'],
    ['any', ['sale'], '#sale!', true, 'a hashtag'],
    ['any', ['🔥'], 'wow🔥🔥', true, 'an emoji'],
    ['any', ['❤'], 'so nice ❤️', true, 'an emoji in its coloured form'],
    ['any', ['价格'], '请问价格多少', true, 'a script without spaces'],
    ['any', ['ราคา'], 'ขอราคาหน่อย', true, 'Thai'],
    ['any', ['цена'], 'Какая ЦЕНА?', true, 'Cyrillic'],
    ['any', ['c++'], 'do you teach C++?', true, 'signs at the end'],
    ['any', ['.*'], 'anything', false, 'signs of patterns are just signs'],
    ['all', ['price', 'red'], 'price of the red one', true, 'all of them'],
    ['all', ['price', 'red'], 'price of the blue one', false, 'one is missing'],
    ['exact', ['link'], ' Link! ', true, 'just the word'],
    ['exact', ['link'], 'the link please', false, 'more than the word'],
    ['exact', ['?'], '?', true, 'just a sign'],
    ['exact', ['?'], '!', false, 'another sign'],
    ['exact', ['yes', 'ja'], 'JA', true, 'one of two words'],
    ['regex', ['^size (s|m|l)$'], 'Size M', true, 'a pattern'],
    ['regex', ['^size (s|m|l)$'], 'size xl', false, 'a pattern that is not there'],
    ['regex', ['foo', 'ba[rz]'], 'a baz', true, 'one of two patterns'],
  ])('%s of %j in %j is %s: %s', (match, keywords, text, expected) => {
    expect(matchesKeywords(text, keywords, match)).toBe(expected);
  });

  test('a pattern that makes other engines hang is answered', () => {
    expect(matchesKeywords(`${'a'.repeat(3_000)}!`, ['^(a+)+$'], 'regex')).toBe(false);
  });
});
