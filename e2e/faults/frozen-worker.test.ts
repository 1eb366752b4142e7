import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import type { Replygraph } from '../support/replygraph.ts';
import type { Stage } from '../support/stage.ts';
import { ACCOUNT, describeOnStage, setStage } from '../support/stage.ts';
import { flawless } from '../support/tally.ts';
import { waitUntil } from '../support/wait-until.ts';
import { commentDelivery, deliver } from '../support/webhook.ts';

const holderRow = z.object({ status: z.string(), lease_owner: z.string().nullable() });
const countRow = z.object({ count: z.number() });

describeOnStage('a worker that stands still and wakes up again', ['scaled'], (shape) => {
  let stage: Stage;
  beforeAll(async () => {
    const worker = { role: 'worker' } as const;
    stage = await setStage(shape, { processes: [{ role: 'server' }, worker, worker, worker] });
  });
  afterAll(() => stage.remove());

  async function send(id: string): Promise<void> {
    const body = commentDelivery(ACCOUNT, { id, text: `What about ${id}?` });
    expect((await deliver(stage.flows.comment.webhookUrl, body)).status).toBe(200);
  }

  async function holderOf(id: string): Promise<z.output<typeof holderRow> | undefined> {
    const [row] = await stage.installation.query(
      holderRow,
      'select status, lease_owner from flow_executions where dedupe_key = $1',
      [`comment:${ACCOUNT}:${id}`],
    );
    return row;
  }

  function untilHeld(id: string): Promise<Replygraph> {
    return waitUntil(`a worker holds ${id}`, async () => {
      const owner = (await holderOf(id))?.lease_owner?.split(':');
      return stage.installation.workers.find(({ pid }) => owner?.includes(`${pid}`));
    });
  }

  const untilStatus = (id: string, status: string) =>
    waitUntil(`${id} is ${status}`, async () => (await holderOf(id))?.status === status);

  const answersTo = (id: string) => stage.graph.performedWith(`Answer to ${id}!`).length;
  const attemptsAt = (id: string) => stage.graph.asked.filter(({ text }) => text.includes(`${id}!`)).length;

  it('past the time when others take over, before and after sending: each answer is sent once', async () => {
    const [before, after] = ['frozen-before', 'frozen-after'];
    const { arrived } = stage.graph.next(`Answer to ${after}!`, {
      kind: 'slow',
      ms: 5_000,
      isPerformed: true,
    });
    await send(after);
    await arrived;
    // What workers write waits for this lock; it is written while they stand still and can't hear of it.
    const lock = await stage.installation.connect();
    await lock.query('begin');
    await lock.query('lock table effects in share mode');
    await send(before);
    const frozen = new Set([await untilHeld(before), await untilHeld(after)]);
    await waitUntil('the intention is being written', async () => {
      const waiting = `select count(*)::int as count from pg_locks where relation = 'effects'::regclass and not granted`;
      return ((await stage.installation.query(countRow, waiting))[0]?.count ?? 0) > 0;
    });
    for (const worker of frozen) worker.freeze();
    await lock.query('commit');
    await lock.end();
    expect([attemptsAt(before), attemptsAt(after)]).toEqual([0, 1]);

    // The others go on meanwhile with what is theirs.
    const load = stage.startLoad({ name: 'beside', most: 100 });
    await load.done;
    await untilStatus(before, 'succeeded');
    await untilStatus(after, 'succeeded');
    expect(await stage.settle(load)).toEqual(flawless(100));
    for (const worker of frozen) worker.thaw();
    for (const worker of frozen) await untilItWorksAgain(worker);
    for (const id of [before, after]) {
      expect({ id, answers: answersTo(id), attempts: attemptsAt(id) }).toEqual({
        id,
        answers: 1,
        attempts: 1,
      });
    }
  });

  it('for a moment only: it goes on as if nothing had been', async () => {
    const id = 'frozen-shortly';
    const { arrived } = stage.graph.next(`Answer to ${id}!`, { kind: 'slow', ms: 500, isPerformed: true });
    await send(id);
    await arrived;
    const worker = await untilHeld(id);
    const { lease_owner: before } = (await holderOf(id)) ?? {};
    worker.freeze();
    const load = stage.startLoad({ name: 'beside-shortly', most: 30, people: 10 });
    await load.untilMore(20);
    worker.thaw();
    await load.done;
    expect((await holderOf(id))?.lease_owner ?? before).toBe(before);
    await untilStatus(id, 'succeeded');
    expect(await stage.settle(load)).toEqual(flawless(30));
    expect({ answers: answersTo(id), attempts: attemptsAt(id) }).toEqual({ answers: 1, attempts: 1 });
  });

  /** Whoever takes part again has seen that its old work is no longer its own. */
  async function untilItWorksAgain(worker: Replygraph): Promise<void> {
    for (const other of stage.installation.workers) if (other !== worker) other.freeze();
    try {
      const load = stage.startLoad({
        name: `again-${worker.pid}-${stage.graph.asked.length}`,
        most: 5,
        people: 5,
      });
      await load.done;
      await waitUntil('it answers', () => load.sent.every(({ id }) => answersTo(id) > 0));
    } finally {
      for (const other of stage.installation.workers) other.thaw();
    }
  }
});
