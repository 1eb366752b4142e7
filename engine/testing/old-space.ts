import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const gc: (options: { type: 'minor' }) => void = runInNewContext('gc');

/** Quick collections until what lives has been moved among the old objects. */
function age(): void {
  for (let round = 0; round < 3; round++) gc({ type: 'minor' });
}

/**
 * Bytes by which the old objects grow with each call of `work`: what a call leaves behind that no quick garbage collection
 * takes away. Every `batch` calls there is one, as under load. The middle one of several rounds: code and its feedback are
 * old objects too, but grow in the first ones, and a full collection may fall into one.
 */
export async function bytesLeftBehind(
  work: () => Promise<unknown>,
  { calls = 1_500, batch = 100, rounds = 5 } = {},
): Promise<number> {
  const oldSpace = () => getHeapSpaceStatistics().find(({ space_name: name }) => name === 'old_space');
  const used = () => oldSpace()?.space_used_size ?? Number.NaN;
  const left: number[] = [];
  for (let round = 0; round < rounds; round++) {
    age();
    const before = used();
    for (let call = 1; call <= calls; call++) {
      await work();
      if (call % batch === 0) gc({ type: 'minor' });
    }
    age();
    left.push((used() - before) / calls);
  }
  return left.toSorted((a, b) => a - b)[Math.floor(rounds / 2)] ?? Number.NaN;
}
