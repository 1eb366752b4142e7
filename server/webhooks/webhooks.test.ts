import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Harness, Workspace } from '../executions/testing/harness.ts';
import {
  chain,
  commentDelivery,
  createWorkspace,
  deliver,
  executionsOf,
  publishFlow,
  startProcess,
  untilStatuses,
  VERIFY_TOKEN,
} from '../executions/testing/harness.ts';
import { createTestDatabase } from '../testing/database.ts';

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let pool: pg.Pool;
let harness: Harness;
let workspace: Workspace;
let flowId: string;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = database.pool;
  workspace = await createWorkspace(pool);
  flowId = await publishFlow(
    pool,
    workspace.id,
    chain([{ id: 'reply', type: 'test.reply', config: { text: 'Thanks!' } }]),
  );
  harness = await startProcess(pool);
});
afterAll(async () => {
  await harness.close();
  await database.close();
});

const countOf = async (table: 'webhook_events' | 'flow_executions' | 'contacts') =>
  Number((await pool.query(`select count(*) as count from ${table}`)).rows[0].count);

async function expectNoNewRows(act: () => Promise<void>): Promise<void> {
  const before = [
    await countOf('webhook_events'),
    await countOf('flow_executions'),
    await countOf('contacts'),
  ];
  await act();
  expect([
    await countOf('webhook_events'),
    await countOf('flow_executions'),
    await countOf('contacts'),
  ]).toEqual(before);
}

describe('a signed delivery to the URL of a flow', () => {
  it('runs the flow once, and not again when it is delivered again', async () => {
    const delivery = commentDelivery(workspace, { id: 'c1', from: 'p1' });
    const first = await deliver(harness, `/webhooks/instagram/${flowId}`, delivery);
    const second = await deliver(harness, `/webhooks/instagram/${flowId}`, delivery);
    expect([first.status, second.status]).toEqual([200, 200]);
    await untilStatuses(pool, flowId, ['succeeded']);
    expect(harness.world.replies).toEqual([{ commentId: 'c1', text: 'Thanks!' }]);
  });

  it('also runs once when the URL of the app gets it too', async () => {
    const delivery = commentDelivery(workspace, { id: 'c2', from: 'p1' });
    await Promise.all([
      deliver(harness, `/webhooks/instagram/${flowId}`, delivery),
      deliver(harness, '/webhooks/instagram', delivery),
    ]);
    await untilStatuses(pool, flowId, ['succeeded', 'succeeded']);
    expect(harness.world.replies.filter(({ commentId }) => commentId === 'c2')).toHaveLength(1);
  });

  it('remembers who wrote and what', async () => {
    const { rows } = await pool.query(
      `select c.external_id, c.username, m.text from contacts c join comments m on m.contact_id = c.id
       where m.external_id = 'c1'`,
    );
    expect(rows).toEqual([{ external_id: 'p1', username: 'mia', text: 'hello' }]);
  });

  it('keeps what PostgreSQL can not: NUL and half a surrogate pair', async () => {
    const quiet = await publishFlow(pool, workspace.id, chain([]));
    const delivery = commentDelivery(workspace, { id: 'c-odd', text: 'a\0b\ud800c' });
    const response = await deliver(harness, `/webhooks/instagram/${quiet}`, delivery);
    expect(response.status).toBe(200);
    const [execution] = await untilStatuses(pool, quiet, ['succeeded']);
    const { rows } = await pool.query('select event from flow_executions where id = $1', [execution?.id]);
    expect(rows[0].event.comment.text).toBe('ab\ufffdc');
  });
});

describe('the URL of the app', () => {
  it('starts every published flow whose trigger matches, and only in the workspace of the account', async () => {
    const mine = await createWorkspace(pool);
    const other = await createWorkspace(pool);
    const graph = (keyword: string) => ({
      nodes: [{ id: 'start', type: 'trigger.test', name: 'Start', config: { keyword } }],
      edges: [],
    });
    const matching = await publishFlow(pool, mine.id, graph('price'));
    const alsoMatching = await publishFlow(pool, mine.id, graph(''));
    const notMatching = await publishFlow(pool, mine.id, graph('refund'));
    const foreign = await publishFlow(pool, other.id, graph(''));
    await deliver(harness, '/webhooks/instagram', commentDelivery(mine, { id: 'c3', text: 'the price?' }));
    await untilStatuses(pool, matching, ['succeeded']);
    await untilStatuses(pool, alsoMatching, ['succeeded']);
    expect(await executionsOf(pool, notMatching)).toEqual([]);
    expect(await executionsOf(pool, foreign)).toEqual([]);
  });

  it('stores events of an account that nobody has, with the reason', async () => {
    const stranger = { ...workspace, accountExternalId: 'ig-stranger' };
    const response = await deliver(harness, '/webhooks/instagram', commentDelivery(stranger, { id: 'c4' }));
    expect(response.status).toBe(200);
    const { rows } = await pool.query(
      `select status, reason, workspace_id from webhook_events where account_external_id = 'ig-stranger'`,
    );
    expect(rows).toEqual([
      {
        status: 'ignored',
        reason: 'No workspace has the account that this event came to.',
        workspace_id: null,
      },
    ]);
  });
});

describe('what does not count as a delivery leaves no row', () => {
  const delivery = () => commentDelivery(workspace, { id: 'c-refused' });

  it('401 for a wrong signature, 401 for none', () =>
    expectNoNewRows(async () => {
      const path = `/webhooks/instagram/${flowId}`;
      expect((await deliver(harness, path, delivery(), { secret: 'another' })).status).toBe(401);
      const unsigned = await fetch(harness.url + path, { method: 'POST', body: JSON.stringify(delivery()) });
      expect(unsigned.status).toBe(401);
      expect(unsigned.headers.get('content-type')).toContain('application/problem+json');
    }));

  it.each([
    ['not JSON', '{"entry": ['],
    ['no delivery', '{"hello": "world"}'],
    ['null', 'null'],
  ])('400 for a signed body that is %s', (_name, body) =>
    expectNoNewRows(async () => {
      expect((await deliver(harness, `/webhooks/instagram/${flowId}`, body)).status).toBe(400);
    }),
  );

  it('404 for a flow that is unknown, unpublished or no id at all', () =>
    expectNoNewRows(async () => {
      const draft = await publishFlow(pool, workspace.id, chain([]));
      await pool.query(`update flows set status = 'draft', published_version = null where id = $1`, [draft]);
      for (const id of [draft, '0198c0de-0000-7000-8000-000000000000', 'nonsense']) {
        expect((await deliver(harness, `/webhooks/instagram/${id}`, delivery())).status).toBe(404);
      }
    }));

  it('413 for 2 MiB', () =>
    expectNoNewRows(async () => {
      const body = JSON.stringify({ ...delivery(), filler: 'x'.repeat(2 * 1024 * 1024) });
      expect((await deliver(harness, `/webhooks/instagram/${flowId}`, body)).status).toBe(413);
    }));
});

it('publishing and unpublishing take effect at once', async () => {
  const id = await publishFlow(pool, workspace.id, chain([]));
  const send = async (comment: string) =>
    (await deliver(harness, `/webhooks/instagram/${id}`, commentDelivery(workspace, { id: comment }))).status;
  expect(await send('p-1')).toBe(200);
  await pool.query(`update flows set status = 'draft', published_version = null where id = $1`, [id]);
  harness.executions.flowChanged(id);
  expect(await send('p-2')).toBe(404);
  await pool.query(`update flows set status = 'published', published_version = 1 where id = $1`, [id]);
  harness.executions.flowChanged(id);
  expect(await send('p-3')).toBe(200);
});

it("answers Meta's handshake only to who knows the verify token", async () => {
  const ask = (token: string, path: string) =>
    fetch(`${harness.url}${path}?hub.mode=subscribe&hub.verify_token=${token}&hub.challenge=12345`);
  for (const path of ['/webhooks/instagram', `/webhooks/instagram/${flowId}`]) {
    const good = await ask(VERIFY_TOKEN, path);
    expect([good.status, await good.text()]).toEqual([200, '12345']);
    expect((await ask('wrong', path)).status).toBe(403);
  }
});

describe('a call from another program', () => {
  const TOKEN = 'a-token-nobody-guesses';
  const call = (id: string, options: { token?: string; key?: string; body?: string }) =>
    fetch(`${harness.url}/webhooks/http/${id}`, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${options.token ?? TOKEN}`,
        ...(options.key && { 'Idempotency-Key': options.key }),
      },
      body: options.body ?? '{"order": 17}',
    });
  const publishDoor = () =>
    publishFlow(pool, workspace.id, {
      nodes: [{ id: 'door', type: 'trigger.webhook', name: 'Door', config: { token: TOKEN } }],
      edges: [],
    });

  it('starts the flow with its body, once per idempotency key', async () => {
    const id = await publishDoor();
    const first = await call(id, { key: 'order-17' });
    const again = await call(id, { key: 'order-17' });
    expect([first.status, again.status]).toEqual([202, 202]);
    const { executionId } = await first.json();
    expect(await again.json()).toEqual({ executionId });
    await untilStatuses(pool, id, ['succeeded']);
    const { rows } = await pool.query('select event from flow_executions where id = $1', [executionId]);
    expect(rows[0].event.data).toEqual({ order: 17 });
  });

  it('needs the token, JSON, and a flow that has such a trigger', () =>
    expectNoNewRows(async () => {
      const id = await publishDoor();
      expect((await call(id, { token: 'a-token-somebody-guessed' })).status).toBe(401);
      expect((await call(id, { body: '{"order": ' })).status).toBe(400);
      expect((await call(id, { body: `"${'x'.repeat(2 * 1024 * 1024)}"` })).status).toBe(413);
      expect((await call(flowId, {})).status).toBe(404);
    }));
});
