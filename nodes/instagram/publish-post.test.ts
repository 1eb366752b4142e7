import { expect, test } from 'vitest';
import type { TriggerEvent } from '../../engine/event.ts';
import { graphSchema } from '../../engine/graph.ts';
import type { ContainerStatus } from '../../engine/services.ts';
import { FakeClock } from '../../engine/testing/fake-clock.ts';
import { MemoryJournal } from '../../engine/testing/memory-journal.ts';
import { runFlow } from '../../engine/testing/run-flow.ts';
import { createBuiltinCatalogue } from '../catalogue.ts';
import { createFakeServices } from '../testing/fake-services.ts';

const START = '2026-03-02T10:00:00.000Z';
const event: TriggerEvent = { kind: 'manual', at: START };
const graph = graphSchema.parse({
  nodes: [
    { id: 'start', type: 'trigger.manual', name: 'Start' },
    {
      id: 'publish',
      type: 'instagram.publish_post',
      name: 'Publish',
      config: { kind: 'reel', urls: ['https://example.com/a.mp4'], caption: 'New', account: 'row-1' },
    },
  ],
  edges: [{ id: 'a', source: 'start', target: 'publish' }],
});

/** Lets go of the execution whenever it waits, as the server does, until it has ended. */
async function publishWith(statusAt: (elapsedMs: number) => ContainerStatus) {
  const { services, calls } = createFakeServices();
  const journal = new MemoryJournal();
  const clock = new FakeClock(START);
  const elapsed = () => clock.now().getTime() - Date.parse(START);
  const ports = {
    services: {
      ...services,
      instagram: {
        ...services.instagram,
        containerStatus: async () => ({ status: statusAt(elapsed()), detail: '' }),
      },
    },
  };
  const waits: number[] = [];
  for (;;) {
    const { end } = await runFlow(graph, {
      catalogue: createBuiltinCatalogue(),
      journal,
      clock,
      input: { event },
      ports,
    });
    if (end.status !== 'waiting') {
      return {
        end,
        waits,
        calls: calls.map(({ service }) => service),
        error: journal.steps.get('publish')?.error,
      };
    }
    const ms = Date.parse(end.resumeAt ?? '') - clock.now().getTime();
    waits.push(ms / 1_000);
    clock.advance(ms);
  }
}

test('a video is waited for, again and again, and published once', async () => {
  const ran = await publishWith((ms) => (ms < 120_000 ? 'IN_PROGRESS' : 'FINISHED'));
  expect(ran.end).toEqual({ status: 'succeeded' });
  expect(ran.waits).toEqual([...Array.from({ length: 12 }, () => 5), 60]);
  expect(ran.calls).toEqual([
    'instagram.publishingLimit',
    'instagram.createContainer',
    'instagram.publishContainer',
  ]);
});

test('a video that never gets ready fails after an hour', async () => {
  const ran = await publishWith(() => 'IN_PROGRESS');
  expect(ran.end.status).toBe('failed');
  expect(ran.error).toMatchObject({ code: 'not_prepared', message: expect.stringContaining('60 minutes') });
  expect(ran.waits.reduce((sum, seconds) => sum + seconds, 0)).toBe(3_600);
});
