import { describe, expect, it } from 'vitest';
import { createGroupCommit } from './group-commit.ts';

describe('createGroupCommit', () => {
  it('writes together what comes while a batch is on its way', async () => {
    const batches: number[][] = [];
    const gate = Promise.withResolvers<void>();
    const commit = createGroupCommit<number, number>({
      write: async (items) => {
        batches.push(items);
        if (batches.length === 1) await gate.promise;
        return items.map((item) => item * 10);
      },
    });
    const first = commit.add(1);
    await new Promise(setImmediate);
    const rest = [2, 3, 4].map((item) => commit.add(item));
    gate.resolve();
    expect(await Promise.all([first, ...rest])).toEqual([10, 20, 30, 40]);
    expect(batches).toEqual([[1], [2, 3, 4]]);
    await commit.idle();
  });

  it('keeps batches within their size', async () => {
    const sizes: number[] = [];
    const commit = createGroupCommit<number, void>({
      maxBatch: 2,
      write: async (items) => {
        sizes.push(items.length);
        return items.map(() => undefined);
      },
    });
    await Promise.all([1, 2, 3, 4, 5].map((item) => commit.add(item)));
    expect(sizes).toEqual([2, 2, 1]);
  });

  it('lets an item fail alone', async () => {
    const commit = createGroupCommit<string, string>({
      write: async (items) => {
        if (items.includes('bad')) throw new Error('bad item');
        return items;
      },
    });
    const results = await Promise.allSettled(['a', 'bad', 'b'].map((item) => commit.add(item)));
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('repeats a batch while the database can not be reached', async () => {
    let tries = 0;
    const commit = createGroupCommit<number, number>({
      write: async (items) => {
        tries += 1;
        if (tries < 3) throw Object.assign(new Error('down'), { code: '57P01' });
        return items;
      },
    });
    expect(await commit.add(7)).toBe(7);
    expect(tries).toBe(3);
  });
});
