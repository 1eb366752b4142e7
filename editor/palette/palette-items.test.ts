import { expect, it } from 'vitest';
import { testTypes } from '../canvas/testing/node-types.ts';
import { iconNamed } from './icons.ts';
import { fittingTypes, paletteGroups, searchTypes } from './palette-items.ts';
import { recentTypes, rememberType } from './recent-types.ts';

it('groups by category in the order in which flows are built, without switched-off types', () => {
  expect(paletteGroups(testTypes).map((group) => [group.category, group.types.length])).toEqual([
    ['trigger', 1],
    ['ai', 1],
    ['logic', 1],
    ['instagram', 1],
  ]);
});

it('finds by every word, names before summaries', () => {
  expect(searchTypes(testTypes, 'comment').map((type) => type.type)).toEqual([
    'trigger.comment',
    'instagram.reply_to_comment',
  ]);
  expect(searchTypes(testTypes, 'reply comment').map((type) => type.type)).toEqual([
    'instagram.reply_to_comment',
  ]);
  expect(searchTypes(testTypes, 'nothing like this')).toEqual([]);
});

it('offers no triggers behind a port', () => {
  expect(fittingTypes(testTypes, true).every((type) => type.kind === 'step')).toBe(true);
  expect(fittingTypes(testTypes, false).some((type) => type.kind === 'trigger')).toBe(true);
});

it('remembers the last five types once each, also where storage holds nonsense', () => {
  const stored = new Map([['replygraph.recent-node-types', '{"not":"a list"}']]);
  const storage = {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => void stored.set(key, value),
  };
  expect(recentTypes(storage)).toEqual([]);
  for (const type of ['a', 'b', 'c', 'd', 'e', 'f', 'b']) rememberType(type, storage);
  expect(recentTypes(storage)).toEqual(['b', 'f', 'e', 'd', 'c']);
});

it('has an icon for every name, the box for unknown ones', () => {
  expect(iconNamed('reply')).not.toBe(iconNamed('box'));
  expect(iconNamed('no-such-icon')).toBe(iconNamed('box'));
  expect(iconNamed('constructor')).toBe(iconNamed('box'));
});
