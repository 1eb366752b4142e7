import type pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { AccountAccess } from '../accounts/account-access.ts';
import { createAccountAccess } from '../accounts/account-access.ts';
import { encryptToken } from '../accounts/token-cipher.ts';
import { readConfig } from '../config.ts';
import type { Harness, Workspace } from '../executions/testing/harness.ts';
import {
  APP_SECRET,
  chain,
  createWorkspace,
  deliver,
  executionsOf,
  publishFlow,
  startProcess,
  untilStatuses,
} from '../executions/testing/harness.ts';
import { loginSettings } from '../instagram-login/login-settings.ts';
import type { LoginStub, StubAccount } from '../instagram-login/testing/login-stub.ts';
import { startLoginStub } from '../instagram-login/testing/login-stub.ts';
import { createLive } from '../live/live.ts';
import { createLog } from '../log.ts';
import { createTestDatabase } from '../testing/database.ts';
import { readDuePolls } from './backfill-job.ts';

const KEY = 'an encryption key of the tests';

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let pool: pg.Pool;
let stub: LoginStub;
let access: AccountAccess;
let harness: Harness;
let workspace: Workspace;
let flowId: string;
let shop: StubAccount;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = database.pool;
  stub = await startLoginStub();
  const config = readConfig(stub.environment);
  access = createAccountAccess({
    pool,
    encryptionKey: KEY,
    settings: loginSettings(config),
    rateLimits: config.INSTAGRAM_RATE_LIMITS,
  });
  harness = await startProcess(pool);
});
afterAll(async () => {
  await access.close();
  await harness.close();
  await stub.close();
  await database.close();
});
beforeEach(async () => {
  workspace = await createWorkspace(pool);
  shop = { externalId: workspace.accountExternalId, username: 'shop', comments: [], messages: [] };
  await pool.query(
    `update accounts set access_token_encrypted = $2, login = 'instagram', created_at = now() - interval '3 hours'
     where id = $1`,
    [workspace.accountId, encryptToken(KEY, stub.issueToken(shop))],
  );
  flowId = await publishFlow(
    pool,
    workspace.id,
    chain([{ id: 'reply', type: 'test.reply', config: { text: 'Thanks!' } }]),
  );
});
afterEach(() => pool.query('delete from account_polls; delete from accounts'));

const minutesAgo = (minutes: number) =>
  new Date(Math.floor((Date.now() - minutes * 60_000) / 1_000) * 1_000).toISOString();
const MIA = { id: '9001', username: 'mia' };

/** Everything is due: new accounts are first read some minutes later. */
async function readAll(): Promise<void> {
  const deps = {
    pool,
    access,
    live: createLive(),
    log: createLog('silent'),
    webhookUrl: () => `${harness.url}/webhooks/instagram`,
    secret: APP_SECRET,
  };
  await readDuePolls(deps, new AbortController().signal);
  await pool.query("update account_polls set next_at = now() - interval '1 second'");
  await readDuePolls(deps, new AbortController().signal);
}

const events = async () =>
  (
    await pool.query(
      `select kind, status, payload->>'polled' as polled from webhook_events where account_external_id = $1 order by 1`,
      [workspace.accountExternalId],
    )
  ).rows;
const polls = async () =>
  (
    await pool.query(
      `select kind, interval_seconds as seconds, read_up_to > now() - interval '1 minute' as "isRead"
       from account_polls where account_id = $1 order by kind`,
      [workspace.accountId],
    )
  ).rows;

it('takes in comments and messages that webhooks missed as if they had come by webhook, once', async () => {
  shop.comments = [
    { id: 'c1', text: 'how much?', at: minutesAgo(30), from: MIA },
    { id: 'c2', text: 'me too', at: minutesAgo(20), from: { id: '9002', username: 'leo' }, parentId: 'c1' },
  ];
  shop.messages = [{ id: 'm1', text: 'hello', at: minutesAgo(10), from: { id: '9003', username: 'zoe' } }];

  await readAll();
  await readAll();

  await untilStatuses(pool, flowId, ['succeeded', 'succeeded']);
  expect(await events()).toEqual([
    { kind: 'comment', status: 'accepted', polled: 'true' },
    { kind: 'comment', status: 'accepted', polled: 'true' },
    // The flow listens to comments.
    { kind: 'message', status: 'ignored', polled: 'true' },
  ]);
  // No webhook came: the account's health has to show that.
  const heard = await pool.query('select last_event_at from accounts where id = $1', [workspace.accountId]);
  expect(heard.rows).toEqual([{ last_event_at: null }]);
  const kept = await pool.query(
    `select m.text, c.username from messages m join conversations v on v.id = m.conversation_id
     join contacts c on c.id = v.contact_id where m.workspace_id = $1`,
    [workspace.id],
  );
  expect(kept.rows).toEqual([{ text: 'hello', username: 'zoe' }]);
  const { rows } = await pool.query(
    `select event->'comment'->>'text' as text, event->'comment'->>'parentId' as parent, event->>'at' as at
     from flow_executions where flow_id = $1 and event->>'kind' = 'comment' order by seq`,
    [flowId],
  );
  expect(rows).toEqual([
    { text: 'how much?', parent: null, at: shop.comments[0]!.at },
    { text: 'me too', parent: 'c1', at: shop.comments[1]!.at },
  ]);
});

it('leaves alone what came by webhook, over the app’s URL or the flow’s', async () => {
  const change = (id: string) => ({
    field: 'comments',
    value: { id, text: 'hi', from: MIA, media: { id: 'm', media_product_type: 'FEED' } },
  });
  const delivery = (changes: unknown[], messaging: unknown[] = []) => ({
    object: 'instagram',
    entry: [{ id: workspace.accountExternalId, time: 1_790_000_000, changes, messaging }],
  });
  await deliver(harness, '/webhooks/instagram', delivery([change('w1')]));
  await deliver(harness, `/webhooks/instagram/${flowId}`, delivery([change('w2')]));
  const tap = {
    sender: { id: '9001' },
    timestamp: Date.now(),
    postback: { mid: 'p1', title: 'Yes', payload: 'y' },
  };
  await deliver(harness, '/webhooks/instagram', delivery([], [tap]));
  const before = await events();
  shop.comments = ['w1', 'w2'].map((id) => ({ id, text: 'hi', at: minutesAgo(5), from: MIA }));
  shop.messages = [{ id: 'p1', text: 'Yes', at: minutesAgo(4), from: MIA }];

  await readAll();

  expect(await events()).toEqual(before);
});

it('leaves alone what the account wrote itself and what is older than its connection', async () => {
  const own = { id: 'another-id-of-ours', username: 'shop' };
  shop.comments = [
    { id: 'own', text: 'thanks', at: minutesAgo(5), from: own },
    { id: 'old', text: 'long ago', at: minutesAgo(200), from: MIA },
  ];
  shop.messages = [
    { id: 'own', text: 'hi', at: minutesAgo(5), from: { id: shop.externalId, username: 'shop' } },
    { id: 'old', text: 'hi', at: minutesAgo(200), from: MIA },
  ];
  await readAll();
  expect(await events()).toEqual([]);
  expect(await executionsOf(pool, flowId)).toEqual([]);
});

it('reads sooner where something was missed, later where nothing was', async () => {
  shop.comments = [{ id: 'c1', text: 'hi', at: minutesAgo(5), from: MIA }];
  await readAll();
  expect(await polls()).toEqual([
    { kind: 'comments', seconds: 300, isRead: true },
    { kind: 'messages', seconds: 900, isRead: true },
  ]);
});

it('reads again from where it was after trouble, and pauses where Instagram asks for it', async () => {
  shop.comments = [{ id: 'c1', text: 'hi', at: minutesAgo(5), from: MIA }];
  stub.answerWith('/comments', {
    status: 400,
    body: { error: { message: 'Too many calls.', code: 613 } },
    headers: { 'retry-after': '1' },
  });
  await readAll();
  expect(await polls()).toContainEqual({ kind: 'comments', seconds: 900, isRead: null });
  const { rows } = await pool.query(
    "select 1 from send_limits where account_id = $1 and family = 'other' and blocked_until is not null",
    [workspace.accountId],
  );
  expect(rows).toHaveLength(1);
  stub.answerWith('/comments', null);
  await pool.query('update send_limits set blocked_until = null, full_at = now()');
  await pool.query("update account_polls set next_at = now() - interval '1 second'");
  await readAll();
  await untilStatuses(pool, flowId, ['succeeded']);
});

it('reads neither the sandbox, nor an account without login, nor what a permission forbids', async () => {
  for (const change of [
    'is_sandbox = true',
    "is_sandbox = false, status = 'needs_login'",
    "status = 'connected', permissions = '{instagram_business_manage_comments}'",
  ]) {
    await pool.query(`update accounts set ${change} where id = $1`, [workspace.accountId]);
    stub.calls.length = 0;
    await readAll();
    expect(stub.calls, change).toEqual([]);
  }
});

it('ends sending when the token turns out to be dead', async () => {
  await pool.query('update accounts set access_token_encrypted = $2 where id = $1', [
    workspace.accountId,
    encryptToken(KEY, 'revoked'),
  ]);
  await readAll();
  const { rows } = await pool.query('select status from accounts where id = $1', [workspace.accountId]);
  expect(rows).toEqual([{ status: 'needs_login' }]);
});
