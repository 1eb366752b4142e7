import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBuiltinCatalogue } from '../../nodes/catalogue.ts';
import { tellOfCommentSpikes } from '../account-checks/comment-spikes.ts';
import { newId } from '../database/id.ts';
import { publishFlow } from '../executions/testing/harness.ts';
import type { ApiServer } from '../http/testing/api-server.ts';
import { startApi } from '../http/testing/api-server.ts';
import type { Notice } from './notify.ts';
import { notify, withdrawNotice } from './notify.ts';

let api: ApiServer;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

const list = async (key: string) => (await api.call('GET', '/api/v1/notifications', { key })).body;
const titles = (body: { items: { title: string }[] }) => body.items.map(({ title }) => title);

describe('notifications', () => {
  it('stand newest first and are counted until somebody reads them', async () => {
    const { id: workspaceId, editor: key } = await api.createWorkspace();
    const say = (title: string, more: Partial<Notice> = {}) =>
      notify(api.context, { workspaceId, kind: 'test', key: title, title, ...more });
    for (const title of ['one', 'two', 'three']) await say(title);

    const before = await list(key);
    expect(titles(before)).toEqual(['three', 'two', 'one']);
    expect(before.unread).toBe(3);

    const read = `/api/v1/notifications/${before.items[1].id}/read`;
    expect((await api.call('POST', read, { key })).status).toBe(204);
    expect((await list(key)).unread).toBe(2);
    expect((await api.call('POST', '/api/v1/notifications/read-all', { key })).status).toBe(204);
    expect(await list(key)).toMatchObject({ unread: 0, items: [{}, {}, {}] });
  });

  it('replace the one before with the same key, unread again', async () => {
    const { id: workspaceId, editor: key } = await api.createWorkspace();
    const notice = { workspaceId, kind: 'test', key: 'same' };
    await notify(api.context, { ...notice, title: 'first' });
    await api.call('POST', '/api/v1/notifications/read-all', { key });
    await notify(api.context, { ...notice, title: 'second' });
    expect(await list(key)).toMatchObject({ unread: 1, items: [{ title: 'second' }] });
    await withdrawNotice(api.pool, workspaceId, 'same');
    expect((await list(key)).items).toEqual([]);
  });

  it('are told to open pages, but not more often than asked for', async () => {
    const { id: workspaceId } = await api.createWorkspace();
    const notice = { workspaceId, kind: 'test', key: 'k', title: 'x', atMostEverySeconds: 60 };
    expect([await notify(api.context, notice), await notify(api.context, notice)]).toEqual([true, false]);
    const told = api.published.filter((one) => one.workspaceId === workspaceId);
    expect(told.map(({ event }) => event.type)).toEqual(['notification.created']);
  });
});

describe('many comments in an hour', () => {
  const started: string[] = [];
  const look = () =>
    tellOfCommentSpikes({
      ...api.context,
      catalogue: createBuiltinCatalogue(),
      onStored: (executions) => started.push(...executions.map(({ flowId }) => flowId)),
    });

  /** @returns writes comments of so long ago */
  async function openAccount(workspaceId: string): Promise<(count: number, ago: string) => Promise<unknown>> {
    const accountId = newId();
    await api.pool.query(
      `insert into accounts (id, workspace_id, platform, external_id, username, access_token_encrypted)
       values ($1, $2, 'instagram', gen_random_uuid()::text, 'shop', 'v1.x.y')`,
      [accountId, workspaceId],
    );
    return (count, ago) =>
      api.pool.query(
        `insert into comments (id, workspace_id, account_id, external_id, direction, text, at)
         select gen_random_uuid(), $1, $2, gen_random_uuid()::text, 'in', 'hi', now() - $4::interval
         from generate_series(1, $3)`,
        [workspaceId, accountId, count, ago],
      );
  }

  it('are told of, above what the workspace calls normal', async () => {
    const { id: workspaceId, admin: key } = await api.createWorkspace();
    const write = await openAccount(workspaceId);
    const onSpike = (account?: string) =>
      publishFlow(api.pool, workspaceId, {
        nodes: [
          { id: 'many', type: 'trigger.comment_spike', name: 'Many', config: account ? { account } : {} },
        ],
        edges: [],
      });
    const flowId = await onSpike();
    await onSpike('another account');
    await write(50, '1 minute');
    await write(50, '2 hours');
    await look();
    expect((await list(key)).items).toEqual([]);

    await write(1, '1 minute');
    await look();
    await look();
    expect(titles(await list(key))).toEqual(['Many comments on @shop']);
    expect(started).toEqual([flowId]);
    const { rows } = await api.pool.query('select event from flow_executions where workspace_id = $1', [
      workspaceId,
    ]);
    expect(rows).toMatchObject([
      { event: { kind: 'comment_spike', account: { username: 'shop' }, spike: { comments: 51, usual: 50 } } },
    ]);
  });

  it('are told of and start flows together, or by the next look', async () => {
    const { id: workspaceId, admin: key } = await api.createWorkspace();
    const write = await openAccount(workspaceId);
    await write(51, '1 minute');
    const flowId = await publishFlow(api.pool, workspaceId, {
      nodes: [{ id: 'many', type: 'trigger.comment_spike', name: 'Many', config: {} }],
      edges: [],
    });
    started.length = 0;
    await api.pool.query(
      `create function refuse() returns trigger language plpgsql as $$ begin raise 'no room'; end $$;
       create trigger refuse before insert on flow_executions for each row execute function refuse()`,
    );
    await expect(look()).rejects.toThrow('no room');
    expect((await list(key)).items).toEqual([]);

    await api.pool.query('drop function refuse cascade');
    await look();
    expect(titles(await list(key))).toEqual(['Many comments on @shop']);
    expect(started).toEqual([flowId]);
  });

  it('start no flow of another workspace', async () => {
    const { id: other } = await api.createWorkspace();
    await publishFlow(api.pool, other, {
      nodes: [{ id: 'many', type: 'trigger.comment_spike', name: 'Many', config: {} }],
      edges: [],
    });
    started.length = 0;
    await look();
    expect(started).toEqual([]);
  });

  it('can be set, or left out, for the workspace', async () => {
    const { admin: key, editor } = await api.createWorkspace();
    const path = '/api/v1/settings/comment-spike';
    expect((await api.call('GET', path, { key })).body).toEqual({ commentsPerHour: 50 });
    const body = { commentsPerHour: null };
    expect((await api.call('PUT', path, { key: editor, body })).status).toBe(403);
    expect((await api.call('PUT', path, { key, body })).status).toBe(200);
    expect((await api.call('GET', path, { key })).body).toEqual(body);
    expect((await api.call('PUT', path, { key, body: { commentsPerHour: 0 } })).status).toBe(400);
  });
});
