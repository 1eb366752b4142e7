import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Queryable } from '../flows/flow-store.ts';
import { recentByWorkspace } from './recent-by-workspace.ts';

/** Stands for a pool: it is only the name under which things are remembered. */
const database = (): Queryable =>
  ({ query: () => Promise.reject(new Error('Nothing is asked here.')) }) as Queryable;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('what is read is remembered for three seconds, apart for each workspace and database', async () => {
  let reads = 0;
  const recent = recentByWorkspace(async () => ++reads);
  const [one, other] = [database(), database()];
  expect([await recent.of(one, 'a'), await recent.of(one, 'a')]).toEqual([1, 1]);
  expect(await recent.of(one, 'b')).toBe(2);
  expect(await recent.of(other, 'a')).toBe(3);
  vi.advanceTimersByTime(3_001);
  expect(await recent.of(one, 'a')).toBe(4);
});

test('what is changed while it is being read is read again', async () => {
  const reads = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
  const waiting = [...reads];
  const recent = recentByWorkspace(() => waiting.shift()!.promise);
  const db = database();
  const early = recent.of(db, 'a');
  recent.forget(db, 'a');
  const late = recent.of(db, 'a');
  reads[1]!.resolve('new');
  expect(await late).toBe('new');
  reads[0]!.resolve('old');
  expect(await early).toBe('old');
  expect(await recent.of(db, 'a')).toBe('new');
});

test('a failure is not remembered', async () => {
  let isAway = true;
  const recent = recentByWorkspace(async () => {
    if (isAway) throw new Error('The database is away.');
    return 'back';
  });
  const db = database();
  await expect(recent.of(db, 'a')).rejects.toThrow('away');
  isAway = false;
  expect(await recent.of(db, 'a')).toBe('back');
});
