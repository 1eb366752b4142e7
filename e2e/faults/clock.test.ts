import { globSync } from 'node:fs';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { chain } from '../support/graphs.ts';
import { describeWhere } from '../support/installation.ts';
import { ANSWER } from '../support/load.ts';
import type { Stage } from '../support/stage.ts';
import { ACCOUNT, missingFor, setStage } from '../support/stage.ts';
import { flawless } from '../support/tally.ts';
import { commentDelivery, deliver } from '../support/webhook.ts';

/** Debian's package `faketime`; the library stands before the C library and answers when a process asks for the time. */
const [LIBRARY] = globSync('/usr/lib/*/faketime/libfaketimeMT.so.1');
const missing = LIBRARY ? missingFor(['scaled']) : 'it needs the package faketime';

const PAUSE_SECONDS = 3;

/** A worker whose clock is wrong; its timers run as ever. */
const workerWrongBy = (offset: string) => ({
  role: 'worker' as const,
  environment: { LD_PRELOAD: LIBRARY ?? '', FAKETIME: offset, FAKETIME_DONT_FAKE_MONOTONIC: '1' },
});

describeWhere('workers whose clocks are wrong by ten minutes', missing, () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage('scaled', {
      processes: [{ role: 'server' }, workerWrongBy('+10m'), workerWrongBy('-10m')],
    });
  });
  afterAll(() => stage.remove());

  async function send(url: string, id: string): Promise<void> {
    const body = commentDelivery(ACCOUNT, { id, text: `What about ${id}?` });
    expect((await deliver(url, body)).status).toBe(200);
  }

  it('do everything once and in order', async () => {
    const load = stage.startLoad({ most: 200 });
    await load.done;
    expect(load.refusals).toEqual([]);
    expect(await stage.settle(load)).toEqual(flawless(200));
  });

  it.each([
    { who: 'ahead', index: 0, other: 1 },
    { who: 'behind', index: 1, other: 0 },
  ])('keep a pause as long as it was meant to be ($who)', async ({ who, other }) => {
    const resting = stage.installation.workers[other];
    await resting?.stop();
    onTestFinished(async () => {
      await resting?.restart();
    });
    const flow = await stage.owner.publish(`Pause of ${who}`, pauseFlow());
    await send(flow.webhookUrl, `paused-${who}`);
    const execution = await stage.owner.untilOnlyExecution(flow.id, 'succeeded');
    const pause = execution.steps.find(({ nodeId }) => nodeId === 'pause');
    const { waitedUntil } = z.object({ waitedUntil: z.string() }).parse(pause?.output);
    const lasted = Date.parse(waitedUntil) - Date.parse(execution.createdAt);
    // Each process knows the database's time to half a round trip; ten minutes too few or too many would show.
    expect(lasted).toBeGreaterThan(PAUSE_SECONDS * 1_000 - 1_000);
    expect(lasted).toBeLessThan(5 * 60_000);
    await stage.owner.unpublish(flow.id);
  });

  it('find what another one has sent, whatever its clock said', async () => {
    const [ahead, behind] = stage.installation.workers;
    await behind?.stop();
    const id = 'handed-over';
    const { arrived } = stage.graph.keepQuiet(`Answer to ${id}!`, 'performed');
    await send(stage.flows.comment.webhookUrl, id);
    await arrived;
    await ahead?.kill();
    await behind?.restart();
    const sent = [{ id, kind: 'comment' as const, person: id, isAcknowledged: true }];
    expect(await stage.settle({ sent })).toEqual(flawless(1));
  });
});

function pauseFlow() {
  return chain([
    { id: 'start', type: 'trigger.comment' },
    { id: 'pause', type: 'logic.delay', config: { amount: PAUSE_SECONDS, unit: 'seconds' } },
    { id: 'answer', type: 'instagram.reply_to_comment', config: { text: ANSWER.comment } },
  ]);
}
