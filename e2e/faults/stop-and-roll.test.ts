import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import type { Replygraph } from '../support/replygraph.ts';
import type { Stage } from '../support/stage.ts';
import { describeOnStage, setStage } from '../support/stage.ts';
import { flawless } from '../support/tally.ts';
import { waitUntil } from '../support/wait-until.ts';

const countRow = z.object({ count: z.number() });

describeOnStage('processes that are stopped under load', ['postgresql', 'scaled'], (shape) => {
  let stage: Stage;
  beforeAll(async () => {
    const [server, worker] = [{ role: 'server' as const }, { role: 'worker' as const }];
    stage = await setStage(shape, { processes: [server, server, worker, worker] });
  });
  afterAll(() => stage.remove());

  /** Executions that name this process as the one that works on them. */
  async function heldBy({ pid }: Replygraph): Promise<number> {
    const held = `select count(*)::int as count from flow_executions where lease_owner like $1`;
    return (await stage.installation.query(countRow, held, [`%:${pid}:%`]))[0]?.count ?? 0;
  }

  it('a worker hands back what it can not finish: nothing waits for it to be missed', async () => {
    const [worker] = stage.installation.workers;
    if (!worker) throw new Error('There is a worker.');
    // Some answers are slow, so that there is always something under way when the stop comes.
    stage.graph.setMoods(({ kind }) =>
      kind === 'read' ? null : { kind: 'slow', ms: 300, isPerformed: true },
    );
    const load = stage.startLoad({ name: 'stop' });
    await load.untilMore(60);
    await waitUntil('it works', async () => (await heldBy(worker)) > 0);
    expect(await worker.stop()).toBe(0);
    expect(await heldBy(worker)).toBe(0);
    await load.untilMore(60);
    await load.finish();
    expect(load.refusals).toEqual([]);
    expect(await stage.settle(load)).toEqual(flawless(load.sent.length));
    stage.graph.setMoods(null);
    await worker.restart();
  });

  it('a rolling restart of everything: each process ends well, and nobody notices', async () => {
    const load = stage.startLoad({ name: 'roll' });
    for (const process of stage.installation.processes) {
      await load.untilMore(30);
      expect(await process.stop()).toBe(0);
      await load.untilMore(30);
      await process.restart();
    }
    await load.untilMore(30);
    await load.finish();
    // While one server is away the other one takes the webhooks; what was under way is answered first.
    for (const { text } of load.refusals) expect(text).toMatch(/fetch failed|ECONNREFUSED/);
    expect(await stage.settle(load)).toEqual(flawless(load.sent.length));
  });
});
