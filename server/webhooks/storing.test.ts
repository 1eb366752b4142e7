import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { newId } from '../database/id.ts';
import type { Workspace } from '../executions/testing/harness.ts';
import { createWorkspace } from '../executions/testing/harness.ts';
import { createTestDatabase } from '../testing/database.ts';
import { payloadFor } from './testing/payloads.ts';
import type { Receiver } from './testing/receiver.ts';
import { startReceiver } from './testing/receiver.ts';

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let pool: pg.Pool;
let receiver: Receiver;
let account: Workspace;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = database.pool;
  receiver = await startReceiver(pool);
});
beforeEach(async () => {
  account = await createWorkspace(pool);
});
afterAll(async () => {
  await receiver.close();
  await database.close();
});

const AT = '2026-09-21T14:13:20.123Z';
const PERSON = '1254459154682919';

async function deliver(...names: string[]): Promise<void> {
  for (const name of names) {
    expect(await receiver.post(payloadFor(name, account.accountExternalId))).toBe(200);
  }
}

/** All of them in one body. */
async function deliverTogether(...names: string[]): Promise<void> {
  const entry = names.flatMap((name) => payloadFor(name, account.accountExternalId).entry);
  expect(await receiver.post({ object: 'instagram', entry })).toBe(200);
}

async function rowsOf(text: string): Promise<Record<string, unknown>[]> {
  const { rows } = await pool.query(text, [account.accountId]);
  return rows;
}

const messages = () =>
  rowsOf(`select m.direction, m.author, m.text, m.edited_at is not null as edited, m.deleted_at is not null as deleted
    from messages m join conversations v on v.id = m.conversation_id where v.account_id = $1 order by m.external_id`);

const conversation = async () => {
  const [row] = await rowsOf(
    `select last_incoming_at as incoming, last_outgoing_at as outgoing from conversations where account_id = $1`,
  );
  const iso = (value: unknown) => (value instanceof Date ? value.toISOString() : null);
  return { incoming: iso(row?.incoming), outgoing: iso(row?.outgoing) };
};

describe('who wrote', () => {
  test('becomes a contact with a conversation', async () => {
    await deliver('message-text');
    expect(await rowsOf('select external_id, username from contacts where account_id = $1')).toEqual([
      { external_id: PERSON, username: null },
    ]);
    expect(await messages()).toEqual([
      {
        direction: 'in',
        author: 'contact',
        text: 'Hi! Do you have this in blue?',
        edited: false,
        deleted: false,
      },
    ]);
  });

  test('is called by the name that comes with a comment', async () => {
    await deliver('message-text', 'comment-feed', 'message-image');
    expect(await rowsOf('select username from contacts where account_id = $1')).toEqual([
      { username: 'mia.makes' },
    ]);
  });
});

describe('the 24-hour window', () => {
  test.each([
    'message-text',
    'message-image',
    'message-unsupported',
    'message-quick-reply',
    'message-from-ad',
    'postback-button',
    'postback-ice-breaker',
    'postback-menu',
    'postback-without-mid',
    'story-reply',
    'story-mention',
  ])('is opened by %s', async (name) => {
    await deliver(name);
    expect(await conversation()).toEqual({ incoming: AT, outgoing: null });
  });

  test.each([
    'reaction-react',
    'reaction-unreact',
    'referral-link',
    'seen',
    'comment-feed',
    'message-edit',
    'message-deleted',
    'standby',
  ])('is not opened by %s', async (name) => {
    await deliver(name);
    expect((await conversation()).incoming).toBeNull();
  });

  test('is not opened by what the account itself wrote', async () => {
    await deliver('message-echo');
    expect(await conversation()).toEqual({ incoming: null, outgoing: AT });
  });

  test('counts from the last message, whichever comes first', async () => {
    const earlier = payloadFor('message-image', account.accountExternalId);
    Object.assign((earlier.entry[0]!.messaging as object[])[0]!, { timestamp: 1_789_000_000_000 });
    await deliver('message-text');
    expect(await receiver.post(earlier)).toBe(200);
    expect((await conversation()).incoming).toBe(AT);
  });
});

describe('what the account wrote', () => {
  test('in another app is of the team', async () => {
    await deliver('message-echo');
    expect(await messages()).toEqual([
      expect.objectContaining({ direction: 'out', author: 'team', text: 'Yes, we have!' }),
    ]);
    expect(await rowsOf('select external_id from contacts where account_id = $1')).toEqual([
      { external_id: PERSON },
    ]);
  });

  test('by a flow stays of the flow when its echo comes', async () => {
    await deliver('message-text');
    await pool.query(
      `insert into messages (id, workspace_id, conversation_id, external_id, direction, author, text, at)
       select $2, workspace_id, id, 'aWdfZAG1faXRlbTox24', 'out', 'flow', 'Yes, we have!', now()
       from conversations where account_id = $1`,
      [account.accountId, newId()],
    );
    await deliver('message-echo');
    expect((await messages()).map(({ author }) => author)).toEqual(['contact', 'flow']);
  });

  test('below a post is kept as a comment of its own', async () => {
    await deliver('comment-feed', 'comment-own-reply');
    expect(
      await rowsOf(
        'select direction, contact_id is null as own, text from comments where account_id = $1 order by text',
      ),
    ).toEqual([
      { direction: 'out', own: true, text: '20 euros!' },
      { direction: 'in', own: false, text: 'How much is it? 😍' },
    ]);
    expect(await rowsOf('select external_id from contacts where account_id = $1')).toHaveLength(1);
  });
});

describe('a message that was changed and taken back', () => {
  const changed = {
    direction: 'in',
    author: 'contact',
    text: 'Hi! Do you have this in green?',
    edited: true,
    deleted: true,
  };

  test.each([
    [['message-text', 'message-edit', 'message-deleted']],
    [['message-edit', 'message-text', 'message-deleted']],
    [['message-deleted', 'message-edit', 'message-text']],
    [['message-text', 'message-edit', 'message-text', 'message-deleted', 'message-edit']],
  ])('is marked so in the order %j, one by one and together', async (names) => {
    await deliver(...names);
    expect(await messages()).toEqual([changed]);
    account = await createWorkspace(pool);
    await deliverTogether(...names);
    expect(await messages()).toEqual([changed]);
  });
});

test('an account is marked as heard of, at most once a minute', async () => {
  const heard = async () =>
    (await rowsOf('select last_event_at as at from accounts where id = $1'))[0]?.at as Date | null;
  await deliver('seen');
  const first = await heard();
  expect(first).toBeInstanceOf(Date);
  await deliver('message-text', 'comment-feed');
  expect(await heard()).toEqual(first);
});

test('an account is not marked as heard of by our own test of the webhook', async () => {
  const change = { field: 'replygraph_test', value: { at: AT } };
  const entry = [{ id: account.accountExternalId, time: Date.parse(AT), changes: [change] }];
  expect(await receiver.post({ object: 'instagram', entry })).toBe(200);
  expect(await rowsOf('select last_event_at from accounts where id = $1')).toEqual([{ last_event_at: null }]);
});

test('an account that a process forgot it had marked is not marked again within the minute', async () => {
  await deliver('seen');
  const before = await rowsOf('select last_event_at from accounts where id = $1');
  const other = await startReceiver(pool);
  expect(await other.post(payloadFor('message-text', account.accountExternalId))).toBe(200);
  await other.close();
  expect(await rowsOf('select last_event_at from accounts where id = $1')).toEqual(before);
});
