import { expect, test } from 'vitest';
import { NodeError } from '../../engine/errors.ts';
import { askAll } from './ask-all.ts';

const options = { width: 3, signal: new AbortController().signal, onDone: () => {} };
const busy = () => new NodeError('busy', 'Busy.', { retryable: true, retryAfterMs: 1 });

test('answers keep the order of what was asked, whoever answers first', async () => {
  const open = [1, 2, 3].map(() => Promise.withResolvers<void>());
  const answers = askAll([0, 1, 2], (item) => open[item]!.promise.then(() => item * 10), options);
  for (const item of [2, 0, 1]) open[item]!.resolve();
  expect(await answers).toEqual([0, 10, 20]);
});

test('no more are asked at once than was said, and every answer is told', async () => {
  let open = 0;
  let most = 0;
  const told: string[] = [];
  await askAll(
    [...'abcdefgh'],
    async () => {
      most = Math.max(most, ++open);
      await Promise.resolve();
      open--;
    },
    { ...options, onDone: (done, total) => told.push(`${done}/${total}`) },
  );
  expect(most).toBe(3);
  expect(told.at(-1)).toBe('8/8');
});

test('what fails in passing is asked three times, what fails for good once', async () => {
  let asked = 0;
  const failing = (times: number, error: Error) => async () => {
    asked++;
    if (asked <= times) throw error;
    return asked;
  };
  expect(await askAll(['a'], failing(2, busy()), options)).toEqual([3]);
  asked = 0;
  await expect(askAll(['a'], failing(3, busy()), options)).rejects.toThrow('Busy.');
  asked = 0;
  const refused = new NodeError('refused', 'Refused.');
  await expect(askAll(['a'], failing(1, refused), options)).rejects.toThrow('Refused.');
  expect(asked).toBe(1);
});

test('one failure ends all, and so does whoever stops it', async () => {
  let asked = 0;
  const ask = async (item: number) => {
    asked++;
    if (item === 1) throw new Error('no');
    return item;
  };
  await expect(askAll([0, 1, 2, 3, 4, 5, 6, 7], ask, { ...options, width: 2 })).rejects.toThrow('no');
  expect(asked).toBeLessThan(8);
  const stopped = AbortSignal.abort(new Error('Stopped.'));
  await expect(askAll([0], ask, { ...options, signal: stopped })).rejects.toThrow('Stopped.');
});
