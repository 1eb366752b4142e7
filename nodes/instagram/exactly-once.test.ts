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

/** An Instagram that keeps what is done to it and lists its texts again. */
function createInstagram(): { services: NodeServices; sent: string[] } {
  const { services } = createFakeServices();
  const sent: string[] = [];
  const listed = () =>
    sent
      .map((entry, index) => ({ entry, index }))
      .filter(({ entry }) => !entry.startsWith('*'))
      .map(({ entry, index }) => {
        const text = entry.startsWith('[') ? '' : entry;
        return { id: `sent-${index}`, text, fromId: 'account-1', at: START };
      })
      .toReversed();
  const keep = (entry: string) => `sent-${sent.push(entry) - 1}`;
  const published = new Set<string>();
  return {
    sent,
    services: {
      ...services,
      instagram: {
        ...services.instagram,
        replyToComment: async ({ text }) => ({ id: keep(text) }),
        privateReply: async ({ text }) => ({ messageId: keep(text), recipientId: 'person-1' }),
        sendMessage: async ({ text }) => ({ messageId: keep(text) }),
        sendMedia: async ({ urls }) => ({ messageId: keep(`[${urls.join(' ')}]`) }),
        sendButtons: async ({ buttons }) => ({ messageId: keep(`[${buttons.length} buttons]`) }),
        sendCards: async ({ cards }) => ({ messageId: keep(`[${cards.length} cards]`) }),
        listReplies: async () => listed(),
        listMessages: async () => listed(),
        deleteComment: async ({ commentId }) => {
          keep(`*delete ${commentId}`);
          return { success: true };
        },
        commentExists: async ({ commentId }) => !sent.includes(`*delete ${commentId}`),
        createContainer: async ({ post }) => ({ containerId: `container of ${post.kind}` }),
        containerStatus: async ({ containerId }) => ({
          status: published.has(containerId) ? 'PUBLISHED' : 'FINISHED',
          detail: '',
        }),
        publishContainer: async ({ containerId }) => {
          published.add(containerId);
          return { mediaId: keep(`*publish ${containerId}`) };
        },
        listMedia: async () => [...published].map(() => ({ id: 'sent-0', caption: 'Thanks!' })),
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
  const act = journal.steps.get('act');
  return { end, sent, hasCrashed, error: act?.error?.code };
}

const picture = 'https://example.com/a.jpg';

describe.each<[string, Record<string, unknown>, string[]]>([
  ['instagram.reply_to_comment', { text: 'Thanks!', commentId: 'comment-1' }, ['Thanks!']],
  ['instagram.private_reply', { text: 'Thanks!', commentId: 'comment-1' }, ['Thanks!']],
  ['instagram.send_message', { text: 'Thanks!', recipientId: 'person-1' }, ['Thanks!']],
  [
    'instagram.send_message',
    { text: `${'a'.repeat(999)}. ${'a'.repeat(999)}.`, longText: 'split', recipientId: 'person-1' },
    [`${'a'.repeat(999)}.`, `${'a'.repeat(999)}.`],
  ],
  ['instagram.delete_comment', { commentId: 'comment-1' }, ['*delete comment-1']],
  [
    'instagram.publish_post',
    { kind: 'image', urls: [picture], caption: 'Thanks!' },
    ['*publish container of image'],
  ],
  [
    'instagram.publish_post',
    { kind: 'carousel', urls: [picture, picture], caption: 'Thanks!' },
    ['*publish container of carousel'],
  ],
])('%s', (type, config, expected) => {
  test.each([true, false])(
    'is done once wherever the process dies (last write on disk: %s)',
    async (isWritten) => {
      const graph = graphOf(type, config);
      let crashes = 0;
      for (let atWrite = 1; ; atWrite++) {
        const { end, sent, hasCrashed } = await runWithCrash(graph, { atWrite, isWritten });
        expect({ atWrite, end, sent }).toEqual({ atWrite, end: { status: 'succeeded' }, sent: expected });
        if (!hasCrashed) break;
        crashes += 1;
      }
      expect(crashes).toBeGreaterThanOrEqual(2);
    },
  );
});

/** What Instagram does not show can't be looked up: sent once, or left to a person, never sent twice. */
describe.each<[string, Record<string, unknown>, string]>([
  ['instagram.send_media', { urls: [picture], recipientId: 'person-1' }, `[${picture}]`],
  [
    'instagram.send_buttons',
    { buttons: [{ title: 'Shop', value: 'https://example.com' }], recipientId: 'person-1' },
    '[1 buttons]',
  ],
  [
    'instagram.send_buttons',
    { cards: [{ title: 'One', subtitle: 'Two' }], recipientId: 'person-1' },
    '[1 cards]',
  ],
])('%s', (type, config, expected) => {
  test.each([true, false])('is never sent twice (last write on disk: %s)', async (isWritten) => {
    const graph = graphOf(type, config);
    const ends = new Set<string>();
    for (let atWrite = 1; ; atWrite++) {
      const { end, sent, hasCrashed, error } = await runWithCrash(graph, { atWrite, isWritten });
      expect({ atWrite, sent }).toEqual({ atWrite, sent: [expected] });
      ends.add(error ?? end.status);
      if (!hasCrashed) break;
    }
    expect([...ends].sort()).toEqual(isWritten ? ['succeeded'] : ['effect_uncertain', 'succeeded']);
  });
});
