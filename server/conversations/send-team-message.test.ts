import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { encryptToken } from '../accounts/token-cipher.ts';
import { newId } from '../database/id.ts';
import type { Workspace } from '../executions/testing/harness.ts';
import { createWorkspace } from '../executions/testing/harness.ts';
import { seedConversation } from '../http/testing/seed.ts';
import { NO_RATE_LIMITS } from '../instagram/rate-limits.ts';
import { GraphStub, graphRefusal } from '../instagram/testing/graph-stub.ts';
import { createNodeServices } from '../node-services.ts';
import { createTestDatabase } from '../testing/database.ts';
import { sendTeamMessage } from './send-team-message.ts';

const KEY = 'e'.repeat(32);
const nothing = async (): Promise<never> => {
  throw new Error('not part of these tests');
};

let graph: GraphStub;
let database: Awaited<ReturnType<typeof createTestDatabase>>;
let workspace: Workspace;
let conversationId: string;
let services: ReturnType<typeof createNodeServices>;

beforeAll(async () => {
  graph = await GraphStub.start();
  database = await createTestDatabase();
  services = createNodeServices({
    pool: database.pool,
    encryptionKey: KEY,
    graphUrl: graph.url,
    rateLimits: NO_RATE_LIMITS,
    ownUrl: () => graph.url,
    ai: {
      of: () => {
        throw new Error('A person writes without AI.');
      },
    },
    http: { request: nothing },
    knowledgeOf: () => {
      throw new Error('A person writes without looking things up.');
    },
    flowsOf: () => {
      throw new Error('A person writes without calling flows.');
    },
  });
});
afterAll(async () => {
  await services.close();
  graph.close();
  await database.close();
});
beforeEach(async () => {
  graph.reset();
  workspace = await createWorkspace(database.pool);
  conversationId = (await seedConversation(database.pool, workspace.id, 'mia')).conversations;
  await database.pool.query('update accounts set access_token_encrypted = $2 where workspace_id = $1', [
    workspace.id,
    encryptToken(KEY, 'token'),
  ]);
  await database.pool.query(`update contacts set external_id = 'mia' where workspace_id = $1`, [
    workspace.id,
  ]);
});

const write = (idempotencyKey: string, text = 'Hello Mia', workspaceId = workspace.id) =>
  sendTeamMessage(
    { pool: database.pool, instagramOf: services.instagramOf },
    { workspaceId, conversationId, text, idempotencyKey },
  );

/** The team's messages as they are stored. */
async function stored() {
  const { rows } = await database.pool.query(
    `select external_id as id, author, text from messages where conversation_id = $1 and direction = 'out' order by at`,
    [conversationId],
  );
  return rows;
}

const heard = (age: string) =>
  database.pool.query('update conversations set last_incoming_at = now() - $2::interval where id = $1', [
    conversationId,
    age,
  ]);

describe('a message of a person', () => {
  it('is sent once, however often the button is pressed', async () => {
    const first = await write('key-1');
    const again = await write('key-1');
    expect(first.message).toMatchObject({ status: 'sent', author: 'team', externalId: 'sent-1' });
    expect(again).toEqual({ message: first.message, isSentNow: false });
    expect(graph.posted).toHaveLength(1);
    expect(await stored()).toEqual([{ id: 'sent-1', author: 'team', text: 'Hello Mia' }]);
  });

  it('is sent once when the button is pressed twice at the same moment', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    graph.gate = promise;
    const first = write('key-1');
    await vi.waitFor(() => expect(graph.posted).toHaveLength(1));
    expect((await write('key-1')).message.status).toBe('pending');
    resolve();
    expect((await first).message.status).toBe('sent');
    expect(graph.posted).toHaveLength(1);
  });

  it('with the key of another one is refused', async () => {
    await write('key-1');
    await expect(write('key-1', 'Something else')).rejects.toMatchObject({ status: 409, code: 'key-used' });
    expect(graph.posted).toHaveLength(1);
  });

  it('is one with its echo that came first', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    graph.gate = promise;
    const sending = write('key-1');
    await vi.waitFor(() => expect(graph.posted).toHaveLength(1));
    await database.pool.query(
      `insert into messages (id, workspace_id, conversation_id, external_id, direction, author, text, at)
       values ($1, $2, $3, 'sent-1', 'out', 'team', 'Hello Mia', now())`,
      [newId(), workspace.id, conversationId],
    );
    resolve();
    await sending;
    expect(await stored()).toEqual([{ id: 'sent-1', author: 'team', text: 'Hello Mia' }]);
  });
});

describe('a message whose outcome was lost', () => {
  const breakConnection = async () => {
    graph.answers = [null];
    await expect(write('key-1')).rejects.toMatchObject({ status: 502 });
    expect(await stored()).toEqual([expect.objectContaining({ id: expect.stringMatching(/^pending:/) })]);
  };

  it('is found when it arrived, and not sent again', async () => {
    await breakConnection();
    graph.messages = [
      { id: 'late-1', message: 'Hello Mia', from: { id: 'account' }, created_time: new Date().toISOString() },
    ];
    expect((await write('key-1')).message).toMatchObject({ status: 'sent', externalId: 'late-1' });
    expect(graph.posted).toHaveLength(1);
  });

  it('waits while it may still arrive, then is sent again', async () => {
    await breakConnection();
    expect((await write('key-1')).message.status).toBe('pending');
    await database.pool.query(
      `update messages set at = at - interval '1 minute' where conversation_id = $1`,
      [conversationId],
    );
    expect((await write('key-1')).message).toMatchObject({ status: 'sent', externalId: 'sent-2' });
    expect(graph.posted).toHaveLength(2);
  });
});

describe('the rules for people', () => {
  it('let them write for 7 days, as people', async () => {
    await heard('3 days');
    await write('key-1');
    expect(graph.posted[0]).toMatchObject({ tag: 'HUMAN_AGENT' });
    await heard('8 days');
    await expect(write('key-2')).rejects.toMatchObject({ status: 422, code: 'policy-window-closed' });
    expect(graph.posted).toHaveLength(1);
    expect(await stored()).toHaveLength(1);
  });

  it('what Instagram refuses leaves nothing behind and may be tried again', async () => {
    graph.answers = [graphRefusal(400, 551)];
    await expect(write('key-1')).rejects.toMatchObject({ status: 502, code: 'instagram-unreachable-person' });
    expect(await stored()).toEqual([]);
    expect((await write('key-1')).message.status).toBe('sent');
  });

  it('another workspace finds no such conversation', async () => {
    const other = await createWorkspace(database.pool);
    await expect(write('key-1', 'Hi', other.id)).rejects.toMatchObject({ status: 404 });
    expect(graph.requests).toEqual([]);
  });
});
