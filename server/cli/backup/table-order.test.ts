import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { orderByReferences } from './table-order.ts';

describe('the order of tables', () => {
  it('puts what is referred to first, then goes by name', () => {
    const references = [
      { from: 'apples', to: 'trees' },
      { from: 'trees', to: 'gardens' },
      { from: 'trees', to: 'trees' },
    ];
    expect(orderByReferences(['apples', 'trees', 'bees', 'gardens'], references)).toEqual([
      'bees',
      'gardens',
      'trees',
      'apples',
    ]);
  });

  it('holds every reference in any schema without circles', () => {
    const pairs = fc.array(fc.tuple(fc.nat(9), fc.nat(9)));
    fc.assert(
      fc.property(pairs, (given) => {
        const tables = Array.from({ length: 10 }, (_, index) => `t${index}`);
        const references = given.map(([a, b]) => ({ from: `t${Math.max(a, b)}`, to: `t${Math.min(a, b)}` }));
        const ordered = orderByReferences(tables, references);
        expect([...ordered].sort()).toEqual(tables);
        for (const { from, to } of references) {
          expect(ordered.indexOf(to)).toBeLessThanOrEqual(ordered.indexOf(from));
        }
      }),
    );
  });

  it('names the tables of a circle', () => {
    const circle = [
      { from: 'a', to: 'b' },
      { from: 'b', to: 'a' },
    ];
    expect(() => orderByReferences(['a', 'b', 'c'], circle)).toThrow('in a circle: a, b.');
  });
});
