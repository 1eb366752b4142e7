import { createHmac } from 'node:crypto';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { NodeError } from '../../engine/errors.ts';
import { newId } from '../database/id.ts';
import type { GraphAccount } from '../instagram/graph-client.ts';
import { createGraphDispatcher, GraphClient } from '../instagram/graph-client.ts';
import { createLog } from '../log.ts';
import type { Secrets } from '../secrets.ts';
import { createTestDatabase } from '../testing/database.ts';
import { followerItem, graphSimulator } from './graph-simulator.ts';
import { createSandboxAccount, followerId, sandboxToken } from './sandbox-account.ts';
import { SandboxStore } from './sandbox-store.ts';
import { WebhookDelivery } from './webhook-delivery.ts';

const secrets: Secrets = {
  appSecret: 'a'.repeat(32),
  encryptionKey: 'e'.repeat(32),
  verifyToken: 'verify',
  webhookSecrets: ['sandbox-secret'],
  sandboxAppSecret: 'sandbox-secret',
};

type Received = { body: string; signature: string };

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let store: SandboxStore;
let delivery: WebhookDelivery;
let server: Server;
let base: string;
let received: Received[] = [];
let webhookStatus = 200;
let now = new Date();
let account: { workspaceId: string; externalId: string; username: string };
let graphAccount: GraphAccount;
const client = new GraphClient(createGraphDispatcher());
const signal = new AbortController().signal;

beforeAll(async () => {
  database = await createTestDatabase();
  store = new SandboxStore(database.pool);
  delivery = new WebhookDelivery({
    store,
    secret: secrets.sandboxAppSecret,
    webhookUrl: () => `${base}/webhooks/instagram`,
    log: createLog('silent'),
  });
  const app = express();
  app.use('/sandbox/graph', graphSimulator({ store, delivery, secrets, now: () => now }));
  app.post('/webhooks/instagram', express.text({ type: '*/*' }), (request, response) => {
    if (webhookStatus === 200) {
      received.push({ body: request.body, signature: request.get('x-hub-signature-256') ?? '' });
    }
    response.sendStatus(webhookStatus);
  });
  server = createServer(app).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  await delivery.stop();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await database.close();
});

beforeEach(async () => {
  received = [];
  webhookStatus = 200;
  now = new Date();
  const workspaceId = newId();
  await database.pool.query('insert into workspaces (id, name) values ($1, $2)', [workspaceId, 'Test']);
  await createSandboxAccount(database.db, secrets, workspaceId);
  const found = await store.account({ workspaceId });
  if (!found) throw new Error('no sandbox account');
  account = found;
  graphAccount = {
    graphUrl: `${base}/sandbox/graph`,
    externalId: account.externalId,
    accessToken: sandboxToken(secrets, account.externalId),
  };
});

const comment = (text: string, change: object = {}) =>
  store.add(
    followerItem(account, { kind: 'comment', username: 'mia', text, mediaId: '1', at: now, ...change }),
  );
const message = (text: string) =>
  store.add(followerItem(account, { kind: 'message', username: 'mia', text, at: now }));
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
    await client.sendMessage(graphAccount, mia, 'Hello Mia', signal);
    expect(await client.listMessages(graphAccount, mia, signal)).toMatchObject([
      { text: 'Hello Mia' },
      { text: 'Hi' },
    ]);
    now = new Date(now.getTime() + 25 * 3_600_000);
    expect(await codeOf(client.sendMessage(graphAccount, mia, 'Late', signal))).toBe(
      'instagram_outside_window',
    );
  });

  it('answer a comment privately once', async () => {
    const { externalId } = await comment('Link please');
    const sent = await client.privateReply(graphAccount, externalId, 'Here', signal);
    expect(sent.recipientId).toBe(followerId(account.externalId, 'mia'));
    expect(await codeOf(client.privateReply(graphAccount, externalId, 'Again', signal))).toBe(
      'instagram_refused',
    );
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
    const workspaceId = newId();
    await database.pool.query('insert into workspaces (id, name) values ($1, $2)', [workspaceId, 'Other']);
    await createSandboxAccount(database.db, secrets, workspaceId);
    const other = await store.account({ workspaceId });
    const token = sandboxToken(secrets, other?.externalId ?? '');
    const stranger = { ...graphAccount, externalId: other?.externalId ?? '', accessToken: token };
    expect(await codeOf(client.replyToComment(stranger, externalId, 'Hi', signal))).toBe('instagram_refused');
  });
});

describe('webhooks', () => {
  it('tell of a comment, signed, with non-ASCII escaped', async () => {
    const { externalId } = await comment('Schön ❤️');
    await delivery.wake();
    const call = received.find(({ body }) => body.includes(externalId));
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
    webhookStatus = 503;
    const { externalId } = await comment('Are you there?');
    await delivery.wake();
    expect(received).toEqual([]);
    webhookStatus = 200;
    await vi.waitFor(() => expect(received.some(({ body }) => body.includes(externalId))).toBe(true), {
      timeout: 10_000,
    });
  });
});
