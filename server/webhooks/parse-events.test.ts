import { describe, expect, it } from 'vitest';
import { parseEvents } from './parse-events.ts';

const receivedAt = new Date('2026-10-01T12:00:00.000Z');
const entry = (parts: Record<string, unknown>) => ({
  object: 'instagram',
  entry: [{ id: '17', time: 1_790_000_000, ...parts }],
});
const messaging = (item: Record<string, unknown>) =>
  parseEvents(
    entry({
      messaging: [{ sender: { id: '9' }, recipient: { id: '17' }, timestamp: 1_790_000_000_123, ...item }],
    }),
    receivedAt,
  );
const change = (field: string, value: unknown) =>
  parseEvents(entry({ changes: [{ field, value }] }), receivedAt);
const comment = {
  id: 'c1',
  text: 'hello',
  from: { id: '9', username: 'mia' },
  media: { id: 'm1', media_product_type: 'FEED' },
};

describe('parseEvents', () => {
  it.each([
    ['a comment', change('comments', comment), 'comment', 'comment:17:c1'],
    ['a live comment', change('live_comments', comment), 'live_comment', 'comment:17:c1'],
    ['a mention', change('mentions', { media_id: 'm1', comment_id: 'c2' }), 'mention', 'mention:17:m1:c2'],
    ['a message', messaging({ message: { mid: 'x1', text: 'hi' } }), 'message', 'message:17:x1'],
    [
      'a mention in a story',
      messaging({
        message: {
          mid: 'x2',
          attachments: [{ type: 'story_mention', payload: { url: 'https://x.test/1' } }],
        },
      }),
      'story_mention',
      'message:17:x2',
    ],
    [
      'a reply to a story',
      messaging({
        message: { mid: 'x3', text: 'wow', reply_to: { story: { id: 's', url: 'https://x.test/2' } } },
      }),
      'story_reply',
      'message:17:x3',
    ],
    [
      'a pressed button',
      messaging({ postback: { mid: 'x4', title: 'Go', payload: 'GO' } }),
      'postback',
      'postback:17:x4',
    ],
  ])('reads %s', (_name, events, kind, dedupeKey) => {
    expect(events).toEqual([
      expect.objectContaining({
        kind,
        dedupeKey,
        accountExternalId: '17',
        event: expect.objectContaining({ kind }),
      }),
    ]);
  });

  it('keeps who wrote what, where and when', () => {
    expect(change('comments', { ...comment, parent_id: 'c0' })?.[0]?.event).toMatchObject({
      at: '2026-09-21T14:13:20.000Z',
      account: { id: '17' },
      from: { id: '9', username: 'mia' },
      comment: { id: 'c1', text: 'hello', parentId: 'c0', media: { id: 'm1', type: 'FEED' } },
    });
    expect(
      messaging({ message: { mid: 'x', text: 'hi', quick_reply: { payload: 'YES' } } })?.[0]?.event,
    ).toMatchObject({
      at: '2026-09-21T14:13:20.123Z',
      from: { id: '9' },
      message: { id: 'x', text: 'hi', quickReply: 'YES' },
    });
  });

  it('keeps what starts no flow, with the reason', () => {
    const events = [
      ...(messaging({ read: { mid: 'x' } }) ?? []),
      ...(messaging({ delivery: { mids: ['x'] } }) ?? []),
      ...(change('story_insights', { impressions: 1 }) ?? []),
    ];
    expect(events.map(({ event }) => event)).toEqual([null, null, null]);
    for (const event of events) expect(event).toHaveProperty('reason', expect.stringMatching(/\.$/));
  });

  it('does not lose the neighbours of a part that it can not read', () => {
    const events = parseEvents(
      {
        entry: [
          null,
          {
            id: '17',
            changes: ['?', { field: 'comments', value: { id: 'c' } }, { field: 'comments', value: comment }],
          },
        ],
      },
      receivedAt,
    );
    expect(events?.map(({ event }) => event?.kind ?? null)).toEqual([null, null, null, 'comment']);
  });

  it('gives the same key to the same event, whenever it comes', () => {
    const reaction = { reaction: { mid: 'x', action: 'react', emoji: '❤' } };
    const again = parseEvents(
      entry({
        messaging: [
          { sender: { id: '9' }, recipient: { id: '17' }, timestamp: 1_790_000_000_123, ...reaction },
        ],
      }),
      new Date(),
    );
    expect(messaging(reaction)?.[0]?.dedupeKey).toBe(again?.[0]?.dedupeKey);
  });

  it('reads a list of deliveries, as in the examples of the documentation', () => {
    const delivery = entry({ changes: [{ field: 'comments', value: comment }] });
    const kinds = parseEvents([delivery, null, delivery], receivedAt)?.map(({ kind }) => kind);
    expect(kinds).toEqual(['comment', 'entry', 'comment']);
  });

  it('keeps a delivery about something else than Instagram', () => {
    const events = parseEvents({ ...entry({ changes: [] }), object: 'page' }, receivedAt);
    expect(events).toEqual([
      expect.objectContaining({ event: null, reason: expect.stringMatching(/"page"/) }),
    ]);
  });

  it('takes an impossible time for now', () => {
    const at = (timestamp: unknown) =>
      messaging({ timestamp, message: { mid: 'x', text: 'hi' } })?.[0]?.event?.at;
    const now = '2026-09-21T14:13:20.000Z';
    expect([at(8.64e15), at(1), at('soon'), at(9_999_999_999_999)]).toEqual([now, now, now, now]);
  });

  it('loses no event among very many that start nothing, and says how many of these it left out', () => {
    const nonsense = Array.from({ length: 1_500 }, () => ({ read: { mid: 'x' } }));
    const good = { sender: { id: '9' }, timestamp: 1_790_000_000_123, message: { mid: 'x', text: 'hi' } };
    const events = parseEvents(entry({ messaging: [...nonsense, good] }), receivedAt) ?? [];
    expect(events).toHaveLength(1_002);
    expect(events.at(-2)).toMatchObject({ kind: 'message', event: { message: { text: 'hi' } } });
    expect(events.at(-1)).toMatchObject({ event: null, reason: expect.stringMatching(/^500 more/) });
  });

  it('keeps a message whose lesser parts can not be read', () => {
    const message = {
      mid: 'x',
      text: 7,
      attachments: [null, { type: 'image', payload: 'no' }],
      reply_to: 'no',
    };
    expect(messaging({ message, read: null })?.[0]?.event?.message).toEqual({
      id: 'x',
      text: '7',
      attachments: [{ type: 'image', kind: 'image' }],
    });
  });

  it('knows own messages however the flag is written', () => {
    for (const flag of [true, 'true', 1]) {
      expect(messaging({ message: { mid: 'x', is_echo: flag } })?.[0]?.event?.isOwn).toBe(true);
    }
  });

  it.each([[null], ['text'], [{}], [{ entry: 'no list' }], [[]]])('refuses %j', (body) => {
    expect(parseEvents(body, receivedAt)).toBeNull();
  });
});
