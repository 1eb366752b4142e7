import { describe, expect, it } from 'vitest';
import type { Lane } from './lanes.ts';
import { createSlots } from './slots.ts';

/** Everybody wants one slot again and again; answers how often each lane got one. */
async function shareOf(lanes: Lane[], rounds: number): Promise<Record<Lane, number>> {
  const slots = createSlots(1);
  const given = { messages: 0, comments: 0, other: 0 };
  await slots.take('other', 1);
  for (const lane of lanes) void takeAgain(lane);
  for (let round = 0; round < rounds; round++) {
    slots.free(1);
    await Promise.resolve();
    await Promise.resolve();
  }
  return given;

  async function takeAgain(lane: Lane): Promise<void> {
    while ((await slots.take(lane, 1)) > 0) given[lane] += 1;
  }
}

describe('slots', () => {
  it('go to messages before comments before everything else, and nobody starves', async () => {
    const { messages, comments, other } = await shareOf(['other', 'comments', 'messages'], 210);
    expect(messages).toBeGreaterThan(3 * comments);
    expect(comments).toBeGreaterThan(3 * other);
    expect(other).toBeGreaterThan(5);
  });

  it('go to whoever waits when the others do not', async () => {
    expect(await shareOf(['other'], 20)).toEqual({ messages: 0, comments: 0, other: 20 });
  });

  it('are given first come, first served within a lane', async () => {
    const slots = createSlots(1);
    await slots.take('comments', 5);
    const order: string[] = [];
    void slots.take('comments', 1).then(() => order.push('first'));
    void slots.take('comments', 1).then(() => order.push('second'));
    slots.free(1);
    await expect.poll(() => order).toEqual(['first']);
    slots.free(1);
    await expect.poll(() => order).toEqual(['first', 'second']);
  });

  it('a lane that was quiet has saved up no right to all of them', async () => {
    const slots = createSlots(1);
    await slots.take('comments', 1);
    const order: Lane[] = [];
    const take = (lane: Lane) => void slots.take(lane, 1).then((given) => given > 0 && order.push(lane));
    for (let index = 0; index < 40; index++) take('messages');
    for (let index = 0; index < 20; index++) slots.free(1);
    for (let index = 0; index < 20; index++) take('other');
    for (let index = 0; index < 20; index++) slots.free(1);
    await expect.poll(() => order.length).toBe(40);
    expect(order.slice(20).filter((lane) => lane === 'other').length).toBeLessThan(4);
  });

  it('gives as many as are free of what is asked, and none once closed', async () => {
    const slots = createSlots(3);
    expect(await slots.take('messages', 25)).toBe(3);
    const waiting = slots.take('messages', 1);
    slots.close();
    expect(await waiting).toBe(0);
    expect(await slots.take('messages', 1)).toBe(0);
  });
});
