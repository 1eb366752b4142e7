import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { SandboxEventRequest } from '../contract/sandbox.ts';
import { parseEvents } from '../webhooks/parse-events.ts';
import { followerAct } from './follower-acts.ts';
import type { SandboxAccount } from './sandbox-items.ts';
import { followerItem, ownItem } from './sandbox-items.ts';
import type { SandboxRow } from './sandbox-store.ts';
import { partsOf } from './sandbox-store.ts';
import type { SandboxServer } from './testing/sandbox-server.ts';
import { startSandboxServer } from './testing/sandbox-server.ts';
import { webhookBody } from './webhook-body.ts';

const NOW = new Date('2026-03-10T12:00:00Z');
let sandbox: SandboxServer;
let account: SandboxAccount;
let ours: SandboxRow;
let theirs: SandboxRow;

beforeAll(async () => {
  sandbox = await startSandboxServer();
});
afterAll(() => sandbox.close());

beforeEach(async () => {
  ({ account } = await sandbox.addAccount());
  const { store } = sandbox;
  const button = { title: 'Talk', payload: 'HUMAN' };
  ours = await store.add({
    ...ownItem(account, 'message', 'What now?', NOW),
    attachments: [
      { type: 'quick_replies', replies: [{ title: 'Small', payload: 'S' }] },
      { type: 'buttons', buttons: [{ type: 'postback', ...button }] },
    ],
  });
  theirs = await store.add(
    followerItem(account, { kind: 'message', username: 'mia', text: 'Helo', at: NOW }),
  );
  await store.setState(account.workspaceId, {
    iceBreakers: [{ question: 'When are you open?', payload: 'HOURS' }],
    menu: [{ type: 'postback', title: 'Offers', payload: 'OFFERS' }],
  });
});

/** Does it, and gives the content of the webhook that tells of it and how our server reads it. */
async function act(request: SandboxEventRequest) {
  const row = await sandbox.store.add(
    await followerAct({ store: sandbox.store, account, now: NOW }, request),
  );
  const body = JSON.parse(webhookBody(row));
  const [event] = parseEvents(body, NOW) ?? [];
  const { changes, messaging } = body.entry[0];
  return { row, told: changes?.[0] ?? messaging?.[0], kind: event?.event?.kind };
}

describe('what a follower does is told as Meta tells it', () => {
  test.each<[string, SandboxEventRequest, object, string]>([
    [
      'a picture',
      { kind: 'media', media: 'image' },
      {
        message: { attachments: [{ type: 'image', payload: { url: expect.stringContaining('https://') } }] },
      },
      'message',
    ],
    [
      'a shared post with a text',
      { kind: 'media', media: 'share', text: 'Look' },
      { message: { text: 'Look', attachments: [{ type: 'share' }] } },
      'message',
    ],
    [
      'an answer to a story',
      { kind: 'story_reply', text: 'Wow' },
      { message: { text: 'Wow', reply_to: { story: {} } } },
      'story_reply',
    ],
    [
      'a mention in a story',
      { kind: 'story_mention' },
      { message: { attachments: [{ type: 'story_mention' }] } },
      'story_mention',
    ],
    [
      'a mention in a comment',
      { kind: 'mention', where: 'comment', text: '@your_brand' },
      { field: 'mentions', value: { media_id: expect.any(String), comment_id: expect.any(String) } },
      'mention',
    ],
    [
      'an ig.me link',
      { kind: 'referral', ref: 'summer' },
      { referral: { ref: 'summer', source: 'IGME-SOURCE-LINK', type: 'OPEN_THREAD' } },
      'referral',
    ],
    [
      'an ice breaker',
      { kind: 'ice_breaker', payload: 'HOURS' },
      { postback: { title: 'When are you open?', payload: 'HOURS' } },
      'postback',
    ],
    [
      'a line of the menu',
      { kind: 'menu', payload: 'OFFERS' },
      { postback: { title: 'Offers', payload: 'OFFERS' } },
      'postback',
    ],
  ])('%s', async (_name, request, told, kind) => {
    const done = await act(request);
    expect(done.told).toMatchObject(told);
    expect(done.kind).toBe(kind);
  });

  test('a quick reply is a message with the keyword', async () => {
    const done = await act({ kind: 'quick_reply', messageId: ours.externalId, payload: 'S' });
    expect(done.told.message).toMatchObject({ text: 'Small', quick_reply: { payload: 'S' } });
  });

  test('a button is a postback', async () => {
    const done = await act({ kind: 'button', messageId: ours.externalId, payload: 'HUMAN' });
    expect(done.told.postback).toMatchObject({ title: 'Talk', payload: 'HUMAN' });
  });

  test('a reaction stands at the message, another replaces it, none takes it back', async () => {
    const messageId = ours.externalId;
    const reactions = async () =>
      partsOf((await sandbox.store.find(account.externalId, messageId))!).filter(
        ({ type }) => type === 'reaction',
      );
    const done = await act({ kind: 'reaction', messageId, reaction: 'love' });
    expect(done.told.reaction).toEqual({ mid: messageId, action: 'react', reaction: 'love', emoji: '❤️' });
    await act({ kind: 'reaction', messageId, reaction: 'wow' });
    expect(await reactions()).toEqual([{ type: 'reaction', by: 'follower', reaction: 'wow', emoji: '😮' }]);
    const taken = await act({ kind: 'reaction', messageId, reaction: null });
    expect(taken.told.reaction).toEqual({ mid: messageId, action: 'unreact' });
    expect(await reactions()).toEqual([]);
  });

  test('a change and a taking back name the message', async () => {
    const messageId = theirs.externalId;
    const edit = await act({ kind: 'edit', messageId, text: 'Hello' });
    expect(edit.told.message_edit).toEqual({ mid: messageId, text: 'Hello', num_edit: 1 });
    expect((await sandbox.store.find(account.externalId, messageId))?.text).toBe('Hello');
    const unsend = await act({ kind: 'unsend', messageId });
    expect(unsend.told.message).toEqual({ mid: messageId, is_deleted: true });
    expect((await sandbox.store.find(account.externalId, messageId))?.deleted).toBe(true);
  });
});

test.each<[string, () => SandboxEventRequest, string]>([
  [
    'a message that is not there',
    () => ({ kind: 'reaction', messageId: '1', reaction: 'love' }),
    'messageId',
  ],
  [
    'a button that is not there',
    () => ({ kind: 'button', messageId: ours.externalId, payload: 'X' }),
    'payload',
  ],
  ['an ice breaker that is not set', () => ({ kind: 'ice_breaker', payload: 'X' }), 'payload'],
  [
    'changing what the account wrote',
    () => ({ kind: 'edit', messageId: ours.externalId, text: 'X' }),
    'messageId',
  ],
])('%s is refused', async (_name, request, path) => {
  const acting = followerAct({ store: sandbox.store, account, now: NOW }, request());
  await expect(acting).rejects.toMatchObject({ status: 400, errors: [{ path }] });
});
