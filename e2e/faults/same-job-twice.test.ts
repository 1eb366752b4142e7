import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { LANES } from '../../server/executions/lanes.ts';
import type { Stage } from '../support/stage.ts';
import { describeOnStage, setStage } from '../support/stage.ts';
import { flawless } from '../support/tally.ts';

const JOBS_FOR_EACH = 3;

describeOnStage('two workers that are given the same jobs', ['scaled'], (shape) => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage(shape, {
      processes: [{ role: 'server' }, { role: 'worker' }, { role: 'worker' }],
    });
  });
  afterAll(() => stage.remove());

  it('run each execution once', async () => {
    const { installation } = stage;
    for (const worker of installation.workers) await worker.stop();
    const load = stage.startLoad({ most: 200, people: 200, pauseMs: 20 });
    await load.done;
    const queued = await installation.query(
      z.object({ id: z.string() }),
      `select id from flow_executions where status = 'queued'`,
    );
    expect(queued).toHaveLength(200);

    await addToEveryLane(queued.map(({ id }) => id));
    await Promise.all(installation.workers.map((worker) => worker.restart()));

    expect(await stage.settle(load)).toEqual(flawless(200));
    const owners = stage.graph.asked.map(({ target }) => target);
    expect(owners).toHaveLength(new Set(owners).size);
  });

  /** As a queue does that delivers more than once, and in the wrong lanes at that. */
  async function addToEveryLane(ids: string[]): Promise<void> {
    const redis = new Redis(stage.redis?.url ?? '', { maxRetriesPerRequest: null });
    // Whatever prefix the installation has chosen stands before its own queue.
    const [key = ''] = await redis.keys('*:executions-comments:meta');
    const prefix = key.slice(0, key.indexOf(':executions-comments:meta'));
    expect(prefix).toMatch(/^replygraph:/);
    for (const lane of LANES) {
      const queue = new Queue(`executions-${lane}`, { connection: redis, prefix });
      const jobs = ids.flatMap((id) =>
        Array.from({ length: JOBS_FOR_EACH }, () => ({ name: 'run', data: { executionIds: [id] } })),
      );
      await queue.addBulk(jobs);
      await queue.close();
    }
    redis.disconnect();
  }
});
