import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ApiServer } from '../http/testing/api-server.ts';
import { startApi } from '../http/testing/api-server.ts';
import { seedConversation } from '../http/testing/seed.ts';

let api: ApiServer;
let workspace: Awaited<ReturnType<ApiServer['createWorkspace']>>;

beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());
beforeEach(async () => {
  workspace = await api.createWorkspace();
});

const get = (path: string) => api.call('GET', `/api/v1/${path}`, { key: workspace.viewer });
const seed = (username: string) => seedConversation(api.pool, workspace.id, username);
const usernames = (answer: Awaited<ReturnType<typeof get>>) =>
  answer.body.items.map((item: { contact?: { username: string }; username?: string }) =>
    item.contact ? item.contact.username : item.username,
  );

describe('the list of conversations', () => {
  it('has the liveliest first, page by page', async () => {
    for (const name of ['mia', 'ben', 'eva']) await seed(name);
    await api.pool.query(
      `update conversations v set last_outgoing_at = now() + interval '1 minute' from contacts c
       where c.id = v.contact_id and c.username = 'mia' and v.workspace_id = $1`,
      [workspace.id],
    );
    const first = await get('conversations?limit=2');
    const second = await get(`conversations?limit=2&cursor=${first.body.nextCursor}`);
    expect([usernames(first), usernames(second), second.body.nextCursor]).toEqual([
      ['mia', 'eva'],
      ['ben'],
      null,
    ]);
  });

  it('is searched by a part of the name, taken literally', async () => {
    for (const name of ['mia_rose', 'miaxrose', 'ben']) await seed(name);
    expect(usernames(await get('conversations?search=A_R'))).toEqual(['mia_rose']);
    expect(usernames(await get('contacts?search=a_r'))).toEqual(['mia_rose']);
    expect(usernames(await get('contacts?search=%25'))).toEqual([]);
  });

  it('tells the last message and until when who may write', async () => {
    const { conversations } = await seed('mia');
    await api.pool.query(`update conversations set last_incoming_at = '2026-06-10T12:00:00Z' where id = $1`, [
      conversations,
    ]);
    expect((await get('conversations')).body.items[0]).toMatchObject({
      lastIncomingAt: '2026-06-10T12:00:00.000Z',
      flowsMayWriteUntil: '2026-06-11T12:00:00.000Z',
      teamMayWriteUntil: '2026-06-17T12:00:00.000Z',
      isAwaited: false,
      lastMessage: { direction: 'in', author: 'contact', text: 'Hello' },
    });
  });

  it('shows that somebody has not written, without a date of 1970', async () => {
    const { conversations } = await seed('mia');
    await api.pool.query('update conversations set last_incoming_at = to_timestamp(0) where id = $1', [
      conversations,
    ]);
    expect((await get('conversations')).body.items[0]).toMatchObject({
      lastIncomingAt: null,
      flowsMayWriteUntil: '1970-01-02T00:00:00.000Z',
    });
  });
});

describe('a conversation', () => {
  it('has its messages, newest first, page by page', async () => {
    const { conversations } = await seed('mia');
    await api.pool.query(
      `insert into messages (id, workspace_id, conversation_id, external_id, direction, author, text, at)
       select gen_random_uuid(), $1, $2, n::text, 'out', 'flow', n::text, now() + n * interval '1 second'
       from generate_series(1, 3) n`,
      [workspace.id, conversations],
    );
    const texts = (answer: Awaited<ReturnType<typeof get>>) =>
      answer.body.items.map((message: { text: string }) => message.text);
    const first = await get(`conversations/${conversations}/messages?limit=3`);
    const second = await get(
      `conversations/${conversations}/messages?limit=3&cursor=${first.body.nextCursor}`,
    );
    expect([texts(first), texts(second)]).toEqual([['3', '2', '1'], ['Hello']]);
  });

  it('and its contact are found by their ids', async () => {
    const { contacts, conversations } = await seed('mia');
    expect((await get(`contacts/${contacts}`)).body).toMatchObject({
      username: 'mia',
      conversationId: conversations,
    });
    expect((await get(`contacts/${conversations}`)).status).toBe(404);
    expect((await get(`conversations/${contacts}/messages`)).status).toBe(404);
  });
});
