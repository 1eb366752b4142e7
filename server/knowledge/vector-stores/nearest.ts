import type { FoundVector } from './vector-store.ts';

/** Vectors of one document, one after the other. */
export type VectorBlock = { chunkIds: string[]; values: Float32Array; dimension: number };

/** The nearest vectors of all blocks, best first: every one is looked at. Equal ones are in the order of their ids. */
export function nearest(query: Float32Array, blocks: Iterable<VectorBlock>, limit: number): FoundVector[] {
  const best: FoundVector[] = [];
  for (const { chunkIds, values, dimension } of blocks) {
    if (dimension !== query.length) continue;
    for (let index = 0; index < chunkIds.length; index++) {
      const similarity = dot(query, values, index * dimension);
      const last = best.at(-1);
      if (best.length === limit && last && similarity < last.similarity) continue;
      insert(best, { chunkId: chunkIds[index]!, similarity }, limit);
    }
  }
  return best;
}

function insert(best: FoundVector[], found: FoundVector, limit: number): void {
  let place = best.length;
  while (place > 0 && isBefore(found, best[place - 1]!)) place--;
  best.splice(place, 0, found);
  if (best.length > limit) best.pop();
}

const isBefore = (a: FoundVector, b: FoundVector) =>
  a.similarity > b.similarity || (a.similarity === b.similarity && a.chunkId < b.chunkId);

/** Four sums at once: the processor need not wait for the one before. */
function dot(query: Float32Array, values: Float32Array, start: number): number {
  const { length } = query;
  const even = length - (length % 4);
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  for (let index = 0; index < even; index += 4) {
    const at = start + index;
    a += query[index]! * values[at]!;
    b += query[index + 1]! * values[at + 1]!;
    c += query[index + 2]! * values[at + 2]!;
    d += query[index + 3]! * values[at + 3]!;
  }
  for (let index = even; index < length; index++) a += query[index]! * values[start + index]!;
  return a + b + c + d;
}
