import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { NodeError } from '../../engine/errors.ts';
import type { GraphAccount } from '../instagram/graph-client.ts';
import { createGraphDispatcher, GraphClient } from '../instagram/graph-client.ts';
import type { Recipient } from '../instagram/graph-messages.ts';
import { sendContent } from '../instagram/graph-messages.ts';
import { SLOW_MS } from './bad-moods.ts';
import { followerAct } from './follower-acts.ts';
import { followerId } from './sandbox-account.ts';
import type { SandboxAccount } from './sandbox-items.ts';
import { followerItem } from './sandbox-items.ts';
import type { SandboxServer } from './testing/sandbox-server.ts';
import { secrets, startSandboxServer } from './testing/sandbox-server.ts';

let sandbox: SandboxServer;
let store: SandboxServer['store'];
let account: SandboxAccount;
let graphAccount: GraphAccount;
const client = new GraphClient(createGraphDispatcher());
const signal = new AbortController().signal;

beforeAll(async () => {
  sandbox = await startSandboxServer();
  store = sandbox.store;
});

afterAll(() => sandbox.close());

beforeEach(async () => {
  sandbox.received.length = 0;
  Object.assign(sandbox.state, { now: new Date(), webhookStatus: 200, slept: 0, random: 0 });
  ({ account, graphAccount } = await sandbox.addAccount());
});

const comment = (text: string, change: object = {}) =>
  store.add(
    followerItem(account, {
      kind: 'comment',
      username: 'mia',
      text,
      mediaId: '1',
      at: sandbox.state.now,
      ...change,
    }),
  );
const message = (text: string) =>
  store.add(followerItem(account, { kind: 'message', username: 'mia', text, at: sandbox.state.now }));
const sendText = (to: Recipient, text: string) =>
  sendContent(client, graphAccount, to, { kind: 'text', text }, signal);
const codeOf = async (promise: Promise<unknown>) => {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof NodeError)) throw new Error('expected a NodeError');
  return error.code;
};

describe('comments', () => {
  it('are replied to in public, and the reply is listed', async () => {
    const { externalId } = await comment('How much?');
    const reply = await client.replyToComment(graphAccount, externalId, '12 €', signal);
    const replies = await client.listReplies(graphAccount, externalId, signal);
    expect(replies).toMatchObject([{ id: reply.id, text: '12 €', fromId: account.externalId }]);
  });

  it('put a reply to a reply under the top-level comment', async () => {
    const top = await comment('Hello');
    const child = await comment('And?', { parentId: top.externalId });
    const reply = await client.replyToComment(graphAccount, child.externalId, 'Hi', signal);
    expect((await store.find(account.externalId, reply.id))?.parentExternalId).toBe(top.externalId);
  });

  it('are hidden and shown again', async () => {
    const { externalId } = await comment('spam');
    await client.hideComment(graphAccount, externalId, true, signal);
    expect((await store.find(account.externalId, externalId))?.hidden).toBe(true);
    expect(await codeOf(client.replyToComment(graphAccount, externalId, 'Hi', signal))).toBe(
      'instagram_refused',
    );
    await client.hideComment(graphAccount, externalId, false, signal);
    expect((await store.find(account.externalId, externalId))?.hidden).toBe(false);
  });
});

describe('messages', () => {
  it('go to somebody who wrote within 24 hours, not later', async () => {
    await message('Hi');
    const mia = followerId(account.externalId, 'mia');
    await sendText({ id: mia }, 'Hello Mia');
    expect(await client.listMessages(graphAccount, mia, signal)).toMatchObject([
      { text: 'Hello Mia' },
      { text: 'Hi' },
    ]);
    sandbox.state.now = new Date(Date.now() + 25 * 3_600_000);
    expect(await codeOf(sendText({ id: mia }, 'Late'))).toBe('instagram_outside_window');
  });

  it('go to somebody who comes back by a link, not to somebody new who does', async () => {
    await message('Hi');
    const opened = async (username: string) => {
      const world = { store, account, now: sandbox.state.now };
      await store.add(await followerAct(world, { kind: 'referral', username, ref: 'news' }));
      return { id: followerId(account.externalId, username) };
    };
    sandbox.state.now = new Date(Date.now() + 48 * 3_600_000);
    await sendText(await opened('mia'), 'Welcome back');
    expect(await codeOf(sendText(await opened('sam'), 'Welcome'))).toBe('instagram_outside_window');
    sandbox.state.now = new Date(Date.now() + 73 * 3_600_000);
    const mia = followerId(account.externalId, 'mia');
    expect(await codeOf(sendText({ id: mia }, 'Late'))).toBe('instagram_outside_window');
  });

  it('answer a comment privately once', async () => {
    const { externalId } = await comment('Link please');
    const sent = await sendText({ commentId: externalId }, 'Here');
    expect(sent.recipientId).toBe(followerId(account.externalId, 'mia'));
    expect(await codeOf(sendText({ commentId: externalId }, 'Again'))).toBe('instagram_private_reply_used');
  });
});

describe('access', () => {
  it('refuses a token that the sandbox did not make', async () => {
    const { externalId } = await comment('Hi');
    const stranger = { ...graphAccount, accessToken: `sandbox.${account.externalId}.forged` };
    expect(await codeOf(client.replyToComment(stranger, externalId, 'Hi', signal))).toBe('instagram_login');
  });

  it("does not find another account's comments", async () => {
    const { externalId } = await comment('Hi');
    const other = await sandbox.addAccount();
    expect(await codeOf(client.replyToComment(other.graphAccount, externalId, 'Hi', signal))).toBe(
      'instagram_gone',
    );
  });
});

describe('webhooks', () => {
  it('tell of a comment, signed, with non-ASCII escaped', async () => {
    const { externalId } = await comment('Schön ❤️');
    await sandbox.delivery.wake();
    const call = sandbox.received.find(({ body }) => body.includes(externalId));
    expect(call?.body).toContain('Sch\\u00f6n');
    const expected = createHmac('sha256', secrets.sandboxAppSecret)
      .update(call?.body ?? '')
      .digest('hex');
    expect(call?.signature).toBe(`sha256=${expected}`);
    expect(JSON.parse(call?.body ?? '{}').entry[0].changes[0].value).toMatchObject({
      id: externalId,
      text: 'Schön ❤️',
      from: { id: followerId(account.externalId, 'mia'), username: 'mia' },
    });
  });

  it('are delivered again until they are accepted', async () => {
    sandbox.state.webhookStatus = 503;
    const { externalId } = await comment('Are you there?');
    await sandbox.delivery.wake();
    expect(sandbox.received).toEqual([]);
    sandbox.state.webhookStatus = 200;
    await vi.waitFor(
      () => expect(sandbox.received.some(({ body }) => body.includes(externalId))).toBe(true),
      {
        timeout: 10_000,
      },
    );
  });
});

describe('bad moods', () => {
  const mood = {
    calls: 'none' as const,
    percent: 100,
    nextCalls: null,
    duplicateWebhooks: false,
    reorderWebhooks: false,
  };
  const mia = () => ({ id: followerId(account.externalId, 'mia') });
  const sent = () => store.conversation(account.externalId, mia().id);

  it('last for as many calls as they are set for', async () => {
    await message('Hi');
    await store.setMoods(account.workspaceId, { ...mood, calls: 'server_error', nextCalls: 2 });
    expect(await codeOf(sendText(mia(), 'One'))).toBe('instagram_busy');
    expect(await codeOf(sendText(mia(), 'Two'))).toBe('instagram_busy');
    await sendText(mia(), 'Three');
    expect((await sent()).map(({ text }) => text)).toEqual(['Three', 'Hi']);
    expect((await store.moods(account.workspaceId)).nextCalls).toBe(0);
  });

  it('meet a part of the calls', async () => {
    await message('Hi');
    await store.setMoods(account.workspaceId, { ...mood, calls: 'limit', percent: 30 });
    sandbox.state.random = 0.3;
    await sendText(mia(), 'Lucky');
    sandbox.state.random = 0.29;
    expect(await codeOf(sendText(mia(), 'Unlucky'))).toBe('instagram_limit');
  });

  it('a broken connection comes after the deed', async () => {
    await message('Hi');
    await store.setMoods(account.workspaceId, { ...mood, calls: 'reset', nextCalls: 1 });
    const error = await sendText(mia(), 'Lost').catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'instagram_unreachable', outcome: 'unknown' });
    expect((await sent())[0]?.text).toBe('Lost');
  });

  it('slow answers come in the end', async () => {
    await message('Hi');
    await store.setMoods(account.workspaceId, { ...mood, calls: 'slow' });
    await sendText(mia(), 'Patience');
    expect(sandbox.state.slept).toBe(SLOW_MS);
  });

  it('deliver webhooks twice and last first', async () => {
    // In this mood an event that is alone waits for another one.
    await store.setMoods(account.workspaceId, { ...mood, duplicateWebhooks: true, reorderWebhooks: true });
    const first = await comment('First');
    const second = await comment('Second');
    const delivered = () =>
      sandbox.received
        .map(({ body }) => JSON.parse(body).entry[0])
        .filter((entry) => entry.id === account.externalId)
        .map((entry) => entry.changes[0].value.id);
    await vi.waitFor(async () => {
      await sandbox.delivery.wake();
      expect(delivered()).toHaveLength(4);
    }, 10_000);
    const ids = delivered();
    expect(ids).toEqual([second, second, first, first].map(({ externalId }) => externalId));
  });
});
