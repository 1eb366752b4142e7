import { describe, expect, it } from 'vitest';
import type { LiveEvent } from '../contract/live.ts';
import { createOutbox } from './outbox.ts';

const event = (data: unknown = null): Omit<LiveEvent, 'topic'> => ({
  type: 'step.finished',
  seq: 1,
  at: '2026-01-01T00:00:00.000Z',
  data,
});

describe('events on their way to other processes', () => {
  it('are sent when somebody wants them, in order and in parcels of a size that a relay takes', () => {
    const outbox = createOutbox(() => true);
    const wide = '漢'.repeat(30_000);
    for (let count = 0; count < 5; count += 1) outbox.add('a', [event(`${count}${wide}`)]);
    const parcels = outbox.take();
    expect(parcels.length).toBeGreaterThan(1);
    for (const parcel of parcels) {
      expect(Buffer.byteLength(JSON.stringify(parcel))).toBeLessThan(512 * 1024);
      expect(parcel.missed).toEqual([]);
    }
    const texts = parcels.flatMap(({ events }) => events.map(([, text]) => JSON.parse(text).data[0]));
    expect(texts).toEqual(['0', '1', '2', '3', '4']);
    expect(outbox.isEmpty()).toBe(true);
  });

  it('are left out while nobody wants them, and who begins to is told once', () => {
    const wanted = new Set<string>();
    const outbox = createOutbox((workspaceId) => wanted.has(workspaceId));
    outbox.add('a', [event()]);
    outbox.add('b', [event()]);
    expect(outbox.take()).toEqual([]);
    wanted.add('a');
    outbox.interestChanged();
    expect(outbox.take()).toEqual([{ missed: ['a'], events: [] }]);
    outbox.interestChanged();
    expect(outbox.take()).toEqual([]);
  });

  it('that are too large for a parcel are said to be missing', () => {
    const outbox = createOutbox(() => true);
    outbox.add('a', [event('x'.repeat(300_000)), event('small')]);
    const parcels = outbox.take();
    expect(parcels[0]).toEqual({ missed: ['a'], events: [] });
    expect(parcels.slice(1).flatMap(({ events }) => events)).toHaveLength(1);
  });

  it('that could not be sent are said to be missing', () => {
    const outbox = createOutbox(() => true);
    outbox.add('a', [event()]);
    outbox.add('b', [event()]);
    outbox.giveUp(outbox.take());
    expect(outbox.isEmpty()).toBe(false);
    expect(outbox.take()).toEqual([{ missed: ['a', 'b'], events: [] }]);
  });

  it('of more workspaces than can be remembered are missing to everybody', () => {
    let isWanted = false;
    const outbox = createOutbox(() => isWanted);
    for (let number = 0; number < 20_000; number += 1) outbox.add(`workspace ${number}`, [event()]);
    isWanted = true;
    outbox.interestChanged();
    expect(outbox.take()).toEqual([{ missed: null, events: [] }]);
    expect(outbox.isEmpty()).toBe(true);
  });
});
