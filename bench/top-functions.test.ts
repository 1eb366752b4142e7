import { expect, test } from 'vitest';
import { selfTimes } from './top-functions.ts';

test('idle time counts for nothing, the rest by what the frames are called', () => {
  const frame = (functionName: string) => ({ functionName, url: '', lineNumber: 0 });
  const profile = {
    nodes: [
      { id: 1, callFrame: frame('(idle)') },
      { id: 2, callFrame: frame('parse') },
      { id: 3, callFrame: frame('write') },
    ],
    samples: [1, 2, 3, 2],
    timeDeltas: [10_000, 1_000, 1_000, 2_000],
  };
  expect(selfTimes(profile, ({ functionName }) => functionName)).toEqual([
    { name: 'parse', ms: 3, share: 0.75 },
    { name: 'write', ms: 1, share: 0.25 },
  ]);
});
