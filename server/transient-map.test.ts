import { expect, it } from 'vitest';
import { bytesLeftBehind } from '../engine/testing/old-space.ts';
import { TransientMap } from './transient-map.ts';

it('holds what was set and not deleted, in order', () => {
  const map = new TransientMap<{ name: string }>();
  for (const name of ['a', 'b', 'c']) map.set(name, { name });
  map.delete('a');
  map.delete('x');
  map.set('b', { name: 'B' });
  expect(map.size).toBe(2);
  expect([...map.keys()]).toEqual(['b', 'c']);
  expect(map.values()).toEqual([{ name: 'B' }, { name: 'c' }]);
  expect([map.has('a'), map.get('a'), map.get('b')]).toEqual([false, undefined, { name: 'B' }]);
  map.set('a', { name: 'again' });
  expect([...map.keys()]).toEqual(['b', 'c', 'a']);
});

it('keeps nothing of what passed through', async () => {
  const map = new TransientMap<{ content: number[] }>();
  const left = await bytesLeftBehind(passThrough(map));
  expect(left).toBeLessThan(500);
});

it('is needed: a Map keeps it', async () => {
  const left = await bytesLeftBehind(passThrough(new Map()));
  expect(left).toBeGreaterThan(1_000);
});

/** Three at a time live in the map, some 2 KB each. */
function passThrough(map: {
  set(key: string, value: { content: number[] }): unknown;
  delete(key: string): unknown;
}) {
  let count = 0;
  return async () => {
    count += 1;
    map.set(`key-${count}`, { content: new Array(250).fill(count) });
    map.delete(`key-${count - 3}`);
  };
}
