import { describe, expect, test } from 'vitest';
import type { TriggerEvent } from '../../engine/event.ts';
import { graphSchema } from '../../engine/graph.ts';
import type { NodeServices } from '../../engine/services.ts';
import { FakeClock } from '../../engine/testing/fake-clock.ts';
import type { CrashPoint } from '../../engine/testing/memory-journal.ts';
import { MemoryJournal, SimulatedCrash } from '../../engine/testing/memory-journal.ts';
import { runFlow } from '../../engine/testing/run-flow.ts';
import { createBuiltinCatalogue } from '../catalogue.ts';
import { createFakeServices } from '../testing/fake-services.ts';

const START = '2026-03-02T10:00:00.000Z';

const event: TriggerEvent = {
  kind: 'comment',
  at: START,
  account: { id: 'account-1', username: 'shop' },
  from: { id: 'person-1', username: 'mia' },
  comment: { id: 'comment-1', text: 'Nice' },
};

function graphOf(type: string, config: Record<string, unknown>) {
  return graphSchema.parse({
    nodes: [
      { id: 'start', type: 'trigger.comment', name: 'Comment' },
      { id: 'act', type, name: 'Act', config },
      { id: 'after', type: 'logic.set', name: 'After' },
    ],
    edges: [
      { id: 'a', source: 'start', target: 'act' },
      { id: 'b', source: 'act', target: 'after' },
    ],
  });
}

/** An Instagram that keeps what it is sent and lists it again. */
function createInstagram(): { services: NodeServices; sent: string[] } {
  const { services } = createFakeServices();
  const sent: string[] = [];
  const listed = () =>
    sent.map((text, index) => ({ id: `sent-${index}`, text, fromId: 'account-1', at: START })).toReversed();
  const keep = (text: string) => `sent-${sent.push(text) - 1}`;
  return {
    sent,
    services: {
      ...services,
      instagram: {
        ...services.instagram,
        replyToComment: async ({ text }) => ({ id: keep(text) }),
        privateReply: async ({ text }) => ({ messageId: keep(text), recipientId: 'person-1' }),
        sendMessage: async ({ text }) => ({ messageId: keep(text) }),
        listReplies: async () => listed(),
        listMessages: async () => listed(),
      },
    },
  };
}

/** Runs until the end; the first process dies at the given write, the second goes on from its journal. */
async function runWithCrash(graph: ReturnType<typeof graphOf>, crash: CrashPoint) {
  const { services, sent } = createInstagram();
  const journal = new MemoryJournal(crash);
  const options = {
    catalogue: createBuiltinCatalogue(),
    journal,
    clock: new FakeClock(START),
    input: { event },
    ports: { services },
  };
  let hasCrashed = false;
  const first = await runFlow(graph, options).catch((error: unknown) => {
    if (!(error instanceof SimulatedCrash)) throw error;
    hasCrashed = true;
    return undefined;
  });
  journal.restart();
  const { end } = first ?? (await runFlow(graph, options));
  return { end, sent, hasCrashed };
}

describe.each([
  ['instagram.reply_to_comment', { text: 'Thanks!', commentId: 'comment-1' }],
  ['instagram.private_reply', { text: 'Thanks!', commentId: 'comment-1' }],
  ['instagram.send_message', { text: 'Thanks!', recipientId: 'person-1' }],
])('%s', (type, config) => {
  test.each([true, false])(
    'is sent once wherever the process dies (last write on disk: %s)',
    async (isWritten) => {
      const graph = graphOf(type, config);
      let crashes = 0;
      for (let atWrite = 1; ; atWrite++) {
        const { end, sent, hasCrashed } = await runWithCrash(graph, { atWrite, isWritten });
        expect({ atWrite, end, sent }).toEqual({ atWrite, end: { status: 'succeeded' }, sent: ['Thanks!'] });
        if (!hasCrashed) break;
        crashes += 1;
      }
      expect(crashes).toBeGreaterThanOrEqual(2);
    },
  );
});
