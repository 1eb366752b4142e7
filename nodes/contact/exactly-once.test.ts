import { expect, test } from 'vitest';
import type { TriggerEvent } from '../../engine/event.ts';
import { graphSchema } from '../../engine/graph.ts';
import type { ExecutionEnd } from '../../engine/journal.ts';
import type { NodeServices } from '../../engine/services.ts';
import { FakeClock } from '../../engine/testing/fake-clock.ts';
import { MemoryJournal, SimulatedCrash } from '../../engine/testing/memory-journal.ts';
import { runFlow } from '../../engine/testing/run-flow.ts';
import { createBuiltinCatalogue } from '../catalogue.ts';
import { createFakeServices } from '../testing/fake-services.ts';

const START = '2026-03-02T10:00:00.000Z';

const event: TriggerEvent = {
  kind: 'message',
  at: START,
  account: { id: 'account-1', username: 'shop' },
  from: { id: 'person-1', username: 'mia' },
  message: { id: 'm0', text: 'Hi', attachments: [] },
};

/** The correction is the same text both times: only their ids tell them apart. */
const graph = graphSchema.parse({
  nodes: [
    { id: 'start', type: 'trigger.message', name: 'Message' },
    {
      id: 'collect',
      type: 'contact.collect_field',
      name: 'Collect',
      config: { text: 'Mail?', correction: 'Again?' },
    },
    { id: 'tag', type: 'contact.tag', name: 'Tag', config: { add: ['lead'] } },
    {
      id: 'send',
      type: 'instagram.send_message',
      name: 'Send',
      config: { text: 'Sent to {{ contact.fields.email }}' },
    },
  ],
  edges: [
    { id: 'a', source: 'start', target: 'collect' },
    { id: 'b', source: 'collect', sourceHandle: 'collected', target: 'tag' },
    { id: 'c', source: 'tag', target: 'send' },
  ],
});

/** An Instagram that keeps what it is sent and lists it again. */
function createInstagram() {
  const { services } = createFakeServices();
  const sent: string[] = [];
  const listed = () =>
    sent.map((text, index) => ({ id: `sent-${index}`, text, fromId: 'account-1', at: START })).toReversed();
  const instagram: NodeServices['instagram'] = {
    ...services.instagram,
    sendMessage: async ({ text }) => ({ messageId: `sent-${sent.push(text) - 1}` }),
    listMessages: async () => listed(),
  };
  return { sent, services: { ...services, instagram } };
}

const ANSWERS = ['no', 'later', 'mia@example.com'];

/** Runs to the end, the person answering each time the flow waits; the process dies at the n-th write of them all. */
async function runWithCrash(atWrite: number, isWritten: boolean) {
  const { services, sent } = createInstagram();
  const journal = new MemoryJournal({ atWrite, isWritten });
  const options = {
    catalogue: createBuiltinCatalogue(),
    journal,
    clock: new FakeClock(START),
    input: { event },
    ports: { services },
  };
  let hasCrashed = false;
  let end: ExecutionEnd | undefined;
  for (const answer of [undefined, ...ANSWERS]) {
    if (answer !== undefined) {
      const waiting = journal.steps.get('collect');
      if (waiting?.wait?.for !== 'message') throw new Error('The flow does not wait.');
      const { state } = waiting.wait;
      const reply = { ...event, message: { id: answer, text: answer, attachments: [] } };
      journal.apply({ type: 'step', step: { ...waiting, resume: { kind: 'message', event: reply, state } } });
    }
    const run = () => runFlow(graph, options).then((ran) => ran.end);
    end = await run().catch((error: unknown) => {
      if (!(error instanceof SimulatedCrash)) throw error;
      hasCrashed = true;
      journal.restart();
      return run();
    });
  }
  return { end, sent, hasCrashed };
}

test.each([true, false])(
  'every question and what follows is sent once, wherever the process dies (last write on disk: %s)',
  async (isWritten) => {
    let crashes = 0;
    for (let atWrite = 1; ; atWrite++) {
      const { end, sent, hasCrashed } = await runWithCrash(atWrite, isWritten);
      expect({ atWrite, end, sent }).toEqual({
        atWrite,
        end: { status: 'succeeded' },
        sent: ['Mail?', 'Again?', 'Again?', 'Sent to mia@example.com'],
      });
      if (!hasCrashed) break;
      crashes += 1;
    }
    expect(crashes).toBeGreaterThanOrEqual(8);
  },
);
