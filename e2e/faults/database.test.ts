import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Stage } from '../support/stage.ts';
import { describeOnStage, setStage } from '../support/stage.ts';
import { flawless } from '../support/tally.ts';

const PROCESSES = {
  embedded: [{ role: 'all' }],
  postgresql: [{ role: 'all' }, { role: 'all' }],
  scaled: [{ role: 'server' }, { role: 'worker' }, { role: 'worker' }],
} as const;

describeOnStage('the database', ['embedded', 'postgresql', 'scaled'], (shape) => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage(shape, { processes: [...PROCESSES[shape]] });
  });
  afterAll(() => stage.remove());

  /** Ends it in mid-load; on the embedded shape it is started again by the process that owns it. */
  async function survives(name: string, harm: () => Promise<unknown>): Promise<void> {
    const load = stage.startLoad({ name });
    await load.untilMore(60);
    await harm();
    await load.untilMore(60);
    await load.finish();
    expect(await stage.settle(load)).toEqual(flawless(load.sent.length));
    expect(stage.installation.processes.map((process) => process.isRunning())).not.toContain(false);
  }

  it('killed with kill -9 in mid-load recovers, and everything that was taken in runs once', async () => {
    const { postgres, installation } = stage;
    await survives('killed', async () => {
      await (postgres?.kill() ?? installation.killDatabase());
      await postgres?.start();
    });
  });

  it('that cuts every connection in mid-load loses nothing', async () => {
    const { postgres, installation } = stage;
    for (const time of ['first', 'second']) {
      await survives(`cut-${time}`, async () => {
        const cut = await (postgres?.cutConnections() ?? cutConnections());
        expect(cut).toBeGreaterThan(0);
      });
    }
    async function cutConnections(): Promise<number> {
      const client = await installation.connect();
      const { rowCount } = await client.query(`select pg_terminate_backend(pid) from pg_stat_activity
        where backend_type = 'client backend' and pid <> pg_backend_pid()`);
      await client.end();
      return rowCount ?? 0;
    }
  });

  it.skipIf(shape === 'embedded')('stopped for a while: what waits goes on when it is back', async () => {
    const { postgres } = stage;
    for (const end of [postgres?.stop, postgres?.stopImmediately]) {
      await survives(`stopped-${end === postgres?.stop ? 'cleanly' : 'at-once'}`, async () => {
        await end?.();
        // Somebody notices that it is gone, before it comes back.
        const isMissed = await fetch(`${stage.installation.url}/readyz`);
        expect(isMissed.status).toBe(503);
        await postgres?.start();
      });
    }
  });
});
