import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RedisService } from '../support/services.ts';
import type { Stage } from '../support/stage.ts';
import { describeOnStage, setStage } from '../support/stage.ts';
import { flawless } from '../support/tally.ts';

const PROCESSES = [{ role: 'server' }, { role: 'worker' }, { role: 'worker' }] as const;

describeOnStage('Redis', ['scaled'], (shape) => {
  let stage: Stage;
  let redis: RedisService;
  beforeAll(async () => {
    stage = await setStage(shape, { processes: [...PROCESSES] });
    if (!stage.redis) throw new Error('This stage has a Redis.');
    redis = stage.redis;
  });
  afterAll(() => stage.remove());

  const answers = () => stage.graph.performed.length;

  it('that is down for a while: webhooks are taken in all the same, and everything runs once', async () => {
    const load = stage.startLoad({ name: 'down' });
    await load.untilMore(50);
    await redis.kill();
    await load.untilMore(100);
    await redis.start();
    await load.untilMore(100);
    await load.finish();
    expect(load.refusals).toEqual([]);
    expect(await stage.settle(load)).toEqual(flawless(load.sent.length));
  });

  it('that is restarted in the middle of work forgets its jobs, and nothing is lost', async () => {
    const load = stage.startLoad({ name: 'restart' });
    for (const end of [redis.stop, redis.kill]) {
      await load.untilMore(60);
      await end();
      await redis.start();
    }
    await load.untilMore(60);
    await load.finish();
    expect(load.refusals).toEqual([]);
    expect(await stage.settle(load)).toEqual(flawless(load.sent.length));
  });

  it('that is flushed in the middle of work loses no work', async () => {
    const load = stage.startLoad({ name: 'flush' });
    for (let time = 0; time < 5; time++) {
      await load.untilMore(40);
      await redis.flush();
    }
    await load.finish();
    expect(load.refusals).toEqual([]);
    expect(await stage.settle(load)).toEqual(flawless(load.sent.length));
  });

  it('that hangs without breaking its connections holds nobody up who brings a webhook', async () => {
    const load = stage.startLoad({ name: 'hang' });
    await load.untilMore(30);
    await redis.freeze();
    await load.untilMore(60);
    await redis.thaw();
    await load.untilMore(30);
    await load.finish();
    expect(load.refusals).toEqual([]);
    expect(await stage.settle(load)).toEqual(flawless(load.sent.length));
  });

  it('that is full takes no jobs: webhooks are stored, and the backlog drains', async () => {
    const before = answers();
    await redis.limitMemory(1);
    const load = stage.startLoad({ name: 'full' });
    await load.untilMore(150);
    await redis.limitMemory(0);
    await load.untilMore(20);
    await load.finish();
    expect(load.refusals).toEqual([]);
    expect(await stage.settle(load)).toEqual(flawless(load.sent.length));
    expect(answers()).toBe(before + load.sent.length);
  });

  it('that never comes back: work goes on without it', async () => {
    await redis.kill();
    const load = stage.startLoad({ name: 'gone' });
    await load.untilMore(150);
    await load.finish();
    expect(load.refusals).toEqual([]);
    expect(await stage.settle(load)).toEqual(flawless(load.sent.length));
    await redis.start();
  });
});

describeOnStage('Redis that was never there', ['scaled'], (shape) => {
  let stage: Stage;
  beforeAll(async () => {
    // A port that nobody listens on.
    const environment = { REDIS_URL: 'redis://127.0.0.1:1' };
    stage = await setStage(shape, { processes: [...PROCESSES], until: '/healthz', environment });
  });
  afterAll(() => stage.remove());

  it('keeps no process from starting, and no work from being done', async () => {
    const load = stage.startLoad({ most: 200 });
    await load.done;
    expect(load.refusals).toEqual([]);
    expect(await stage.settle(load)).toEqual(flawless(200));
  });
});
