import { describe, expect, it } from 'vitest';
import { ExpiringCache } from './expiring-cache.ts';

describe('an expiring cache', () => {
  it('forgets after its time and never grows past its size', () => {
    let now = 0;
    const cache = new ExpiringCache<number>(2, 100, () => now);
    for (const [index, key] of ['a', 'b', 'c'].entries()) cache.set(key, index);
    expect([cache.size, cache.get('a'), cache.get('c')]).toEqual([2, undefined, 2]);
    now = 100;
    expect(cache.get('c')).toBeUndefined();
  });
});
