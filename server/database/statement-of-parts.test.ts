import { describe, expect, it } from 'vitest';
import { statementOfParts } from './statement-of-parts.ts';

const store = statementOfParts('store', ['ids', 'notes', 'ends'] as const, ({ ids, notes, ends }) =>
  ['select', ids, notes && `note ${notes}`, ends && `end ${ends}`].filter(Boolean).join(' '),
);

describe('a statement of parts', () => {
  it('holds the parts that have a value, numbered in their order', () => {
    expect(store({ ids: 'a', notes: undefined, ends: 'c' })).toEqual({
      name: 'store-5',
      text: 'select $1 end $2',
      values: ['a', 'c'],
    });
  });

  it('takes null for a value', () => {
    expect(store({ ids: null, notes: undefined, ends: undefined })).toMatchObject({
      text: 'select $1',
      values: [null],
    });
  });

  it('has a name of its own for every choice of parts', () => {
    const given = [undefined, 'x'];
    const names = given.flatMap((ids) =>
      given.flatMap((notes) => given.map((ends) => store({ ids, notes, ends }).name)),
    );
    expect(new Set(names).size).toBe(8);
  });

  it('writes a text once', () => {
    let written = 0;
    const statement = statementOfParts('once', ['value'] as const, () => {
      written += 1;
      return 'select 1';
    });
    statement({ value: 1 });
    statement({ value: 2 });
    expect(written).toBe(1);
  });
});
