import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { NodeError } from '../../engine/errors.ts';
import type { TriggerEvent } from '../../engine/event.ts';
import type { StepRecord } from '../../engine/journal.ts';
import type { InstagramService } from '../../engine/services.ts';
import { encryptToken } from '../accounts/token-cipher.ts';
import { newId } from '../database/id.ts';
import type { Workspace } from '../executions/testing/harness.ts';
import { createWorkspace } from '../executions/testing/harness.ts';
import { createTestDatabase } from '../testing/database.ts';
import { AccountDirectory } from './account-directory.ts';
import type { LoginLost } from './account-errors.ts';
import { createGraphDispatcher, GraphClient } from './graph-client.ts';
import { createInstagramService } from './instagram-service.ts';
import { NO_RATE_LIMITS } from './rate-limits.ts';
import { createSendGuards } from './send-guards.ts';
import { SendLimits } from './send-limits.ts';
import { GraphStub, graphRefusal } from './testing/graph-stub.ts';

const KEY = 'e'.repeat(32);

let graph: GraphStub;
let database: Awaited<ReturnType<typeof createTestDatabase>>;
let workspace: Workspace;
let lost: LoginLost[] = [];
const dispatcher = createGraphDispatcher();

beforeAll(async () => {
  graph = await GraphStub.start();
  database = await createTestDatabase();
});
afterAll(async () => {
  await dispatcher.destroy();
  graph.close();
  await database.close();
});
beforeEach(async () => {
  graph.reset();
  lost = [];
  workspace = await createWorkspace(database.pool);
  await database.pool.query('update accounts set access_token_encrypted = $2 where id = $1', [
    workspace.accountId,
    encryptToken(KEY, 'token'),
  ]);
});

const manual: TriggerEvent = { kind: 'manual', at: '2026-06-10T12:00:00.000Z' };
const executionId = newId();
const signal = new AbortController().signal;

type Opened = { event?: TriggerEvent; executionId?: string | null; steps?: StepRecord[] };

/** The Instagram of one execution in a process of its own; with `executionId: null` that of a person who writes. */
function open({ event = manual, ...execution }: Opened = {}): InstagramService {
  const { pool } = database;
  return createInstagramService(
    {
      accounts: new AccountDirectory(pool, KEY, { graph: graph.url, own: () => graph.url }),
      client: new GraphClient(dispatcher),
      limits: new SendLimits({ pool, limits: NO_RATE_LIMITS }),
      guards: createSendGuards({ pool, onAccountNeedsLogin: (one) => lost.push(one) }),
    },
    { workspaceId: workspace.id, executionId, event, ...execution },
  );
}

const account = () => workspace.accountId;
const send = (instagram: InstagramService, author?: 'team') =>
  instagram.sendMessage(
    { account: account(), recipientId: 'mia', text: 'Hi', ...(author && { author }) },
    signal,
  );
const codeOf = (sending: Promise<unknown>) =>
  sending.then(
    () => 'sent',
    (error: NodeError) => error.code,
  );

async function rows<Row extends object>(query: string): Promise<Row[]> {
  return (await database.pool.query<Row>(query, [account()])).rows;
}

/** Mia, as webhooks left her. */
async function addContact(change: { lastIncoming?: string; optedOut?: string } = {}): Promise<void> {
  await database.pool.query(
    `with c as (insert into contacts (id, workspace_id, account_id, external_id, username, opted_out_at)
       values ($1, $2, $3, 'mia', 'mia', now() - $5::interval) returning id)
     insert into conversations (id, workspace_id, account_id, contact_id, last_incoming_at)
     select $4, $2, $3, id, now() - $6::interval from c where $6 is not null`,
    [newId(), workspace.id, account(), newId(), change.optedOut ?? null, change.lastIncoming ?? null],
  );
}

async function addComment(age: string): Promise<void> {
  await database.pool.query(
    `insert into comments (id, workspace_id, account_id, external_id, media_id, direction, text, at)
     values ($1, $2, $3, 'c1', 'post-1', 'in', 'Nice', now() - $4::interval)`,
    [newId(), workspace.id, account(), age],
  );
}

describe('what the rules do not allow', () => {
  it('is not tried: no call leaves, and the error says why and that nothing was sent', async () => {
    await addContact({ lastIncoming: '25 hours' });
    await addComment('8 days');
    const instagram = open();
    await expect(send(instagram)).rejects.toMatchObject({
      code: 'policy_window_closed',
      outcome: 'not_performed',
      retryable: false,
    });
    expect([
      await codeOf(instagram.privateReply({ account: account(), commentId: 'c1', text: 'Hi' }, signal)),
      await codeOf(
        instagram.sendMedia({ account: account(), recipientId: 'mia', media: 'image', urls: [] }, signal),
      ),
      await codeOf(
        instagram.react({ account: account(), recipientId: 'mia', messageId: 'm', reaction: 'love' }, signal),
      ),
      await codeOf(
        instagram.replyToComment({ account: account(), commentId: 'c1', text: 'a'.repeat(2_201) }, signal),
      ),
    ]).toEqual([
      'policy_private_reply_too_late',
      'policy_window_closed',
      'policy_window_closed',
      'policy_text_too_long',
    ]);
    expect(graph.requests).toEqual([]);
  });

  it('holds for somebody who opted out, until they write to this flow', async () => {
    await addContact({ lastIncoming: '1 minute', optedOut: '5 minutes' });
    expect(await codeOf(send(open()))).toBe('policy_opted_out');
    expect(graph.requests).toEqual([]);
    const event: TriggerEvent = { kind: 'message', at: new Date().toISOString(), from: { id: 'mia' } };
    expect(await codeOf(send(open({ event })))).toBe('sent');
  });

  it('says until when, where Instagram asked for a long silence', async () => {
    await database.pool.query(
      `insert into send_limits (workspace_id, account_id, family, full_at, blocked_until)
       values ($1, $2, 'messages', now(), now() + interval '20 hours')`,
      [workspace.id, account()],
    );
    const refusal = await send(open()).catch((error: NodeError) => error);
    expect(refusal).toMatchObject({
      code: 'policy_account_paused',
      details: { allowedFrom: expect.stringMatching(/^\d{4}-/) },
    });
    expect(graph.requests).toEqual([]);
  });
});

describe('the tag for people', () => {
  it('goes with what the team writes after 24 hours, and with nothing else', async () => {
    await addContact({ lastIncoming: '25 hours' });
    expect(await codeOf(send(open({ executionId: null }), 'team'))).toBe('sent');
    await database.pool.query('update conversations set last_incoming_at = now() where account_id = $1', [
      account(),
    ]);
    await send(open({ executionId: null }), 'team');
    await send(open());
    expect(graph.requests.map(({ body }) => body.tag)).toEqual(['HUMAN_AGENT', undefined, undefined]);
    expect(graph.requests[0]?.body.messaging_type).toBe('MESSAGE_TAG');
  });

  /** What a person left in an approval of the execution. */
  const approved = (text: string): StepRecord => ({
    nodeId: 'approval',
    status: 'waiting',
    attempt: 1,
    wait: { for: 'approval', draft: 'Hello' },
    resume: { kind: 'approval', decision: 'approved', by: 'Ann', text },
  });

  it('goes with the text of an execution that a person changed, and stands there as theirs', async () => {
    await addContact({ lastIncoming: '25 hours' });
    expect(await codeOf(send(open({ steps: [approved('Hi')] })))).toBe('sent');
    expect(graph.posted.map(({ tag }) => tag)).toEqual(['HUMAN_AGENT']);
    expect(
      await rows(
        'select author from messages m join conversations v on v.id = m.conversation_id where v.account_id = $1',
      ),
    ).toEqual([{ author: 'team' }]);
  });

  it.each<[string, StepRecord[], 'team' | undefined]>([
    ['says so itself', [], 'team'],
    ['sends something else than what was approved', [approved('Hi there')], undefined],
  ])('does not go with what a node %s', async (_case, steps, author) => {
    await addContact({ lastIncoming: '25 hours' });
    expect(await codeOf(send(open({ steps }), author))).toBe('policy_window_closed');
    expect(graph.requests).toEqual([]);
  });
});

describe('who came by a link', () => {
  const cameAgo = (ms: number, referral?: TriggerEvent['referral']): TriggerEvent => ({
    kind: 'referral',
    at: new Date(Date.now() - ms).toISOString(),
    from: { id: 'mia' },
    ...(referral && { referral }),
  });
  const HOUR_MS = 3_600_000;

  it('is answered by the flow that this started, and by no other', async () => {
    await addContact({ lastIncoming: '30 days' });
    const event = cameAgo(HOUR_MS, { ref: 'news', source: 'IGME-SOURCE-LINK' });
    expect([await codeOf(send(open({ event }))), await codeOf(send(open()))]).toEqual([
      'sent',
      'policy_window_closed',
    ]);
    expect(graph.posted.map(({ tag }) => tag)).toEqual([undefined]);
  });

  it.each<[string, TriggerEvent]>([
    ['a day later', cameAgo(25 * HOUR_MS)],
    ['whose link was an ad', cameAgo(HOUR_MS, { source: 'ADS', adId: '12' })],
  ])('is not answered %s', async (_case, event) => {
    await addContact({ lastIncoming: '30 days' });
    expect(await codeOf(send(open({ event })))).toBe('policy_window_closed');
  });

  it('and asked for silence is left alone', async () => {
    await addContact({ lastIncoming: '1 hour', optedOut: '30 minutes' });
    expect(await codeOf(send(open({ event: cameAgo(0) })))).toBe('policy_opted_out');
  });
});

describe('another business', () => {
  const discover = () => open().discoverBusiness({ account: account(), username: 'bluebottle' }, signal);

  it.each(['facebook', 'manual'])('is asked for with the login %s', async (login) => {
    await database.pool.query('update accounts set login = $2 where id = $1', [account(), login]);
    graph.reads = [
      { status: 400, body: { error: { message: 'Invalid user id', code: 110, error_subcode: 2207013 } } },
    ];
    expect(await codeOf(discover())).toBe('instagram_gone');
    expect(graph.requests).toHaveLength(1);
  });

  it('is not asked for with the Instagram login, which shows none', async () => {
    await database.pool.query(`update accounts set login = 'instagram' where id = $1`, [account()]);
    await expect(discover()).rejects.toMatchObject({ code: 'needs_facebook_login', retryable: false });
    expect(graph.requests).toEqual([]);
  });
});

describe('figures of a story that nobody saw', () => {
  it('are none, and no missing permission stands at the account', async () => {
    const message = '(#10) Not enough viewers for the media to show insights';
    graph.reads = [{ status: 400, body: { error: { message, code: 10 } } }];
    const of = { mediaId: '1' };
    expect(await open().getInsights({ account: account(), of, metrics: [] }, signal)).toEqual({});
    expect(await rows('select last_error from accounts where id = $1')).toEqual([{ last_error: null }]);
  });
});

describe('what was sent', () => {
  it('stands in the conversation, once, with who wrote it and by which run', async () => {
    await send(open());
    await send(open({ executionId: null }), 'team');
    expect(
      await rows(
        'select m.external_id, m.author, m.direction, m.text, m.execution_id from messages m join conversations v on v.id = m.conversation_id where v.account_id = $1 order by m.id',
      ),
    ).toEqual([
      { external_id: 'sent-1', author: 'flow', direction: 'out', text: 'Hi', execution_id: executionId },
      { external_id: 'sent-2', author: 'team', direction: 'out', text: 'Hi', execution_id: null },
    ]);
    expect(
      await rows(
        'select last_outgoing_at is not null as sent, last_incoming_at from conversations where account_id = $1',
      ),
    ).toEqual([{ sent: true, last_incoming_at: null }]);
  });

  it('is made ours when its echo came first', async () => {
    await addContact({ lastIncoming: '1 minute' });
    await database.pool.query(
      `insert into messages (id, workspace_id, conversation_id, external_id, direction, author, text, at)
       select $1, workspace_id, id, 'sent-1', 'out', 'team', 'Hi', now() from conversations where account_id = $2`,
      [newId(), account()],
    );
    await send(open());
    expect(
      await rows(
        'select m.author, m.execution_id from messages m join conversations v on v.id = m.conversation_id where v.account_id = $1',
      ),
    ).toEqual([{ author: 'flow', execution_id: executionId }]);
  });

  it('a reply, a hidden and a deleted comment stand among the comments', async () => {
    await addComment('1 minute');
    const instagram = open();
    await instagram.replyToComment({ account: account(), commentId: 'c1', text: 'Thanks' }, signal);
    await instagram.hideComment({ account: account(), commentId: 'c1', hide: true }, signal);
    await instagram.deleteComment({ account: account(), commentId: 'c1' }, signal);
    expect(
      await rows(
        'select external_id, parent_external_id, media_id, direction, text, hidden, deleted_at is not null as deleted from comments where account_id = $1 order by direction',
      ),
    ).toEqual([
      {
        external_id: 'c1',
        parent_external_id: null,
        media_id: 'post-1',
        direction: 'in',
        text: 'Nice',
        hidden: true,
        deleted: true,
      },
      {
        external_id: 'sent-1',
        parent_external_id: 'c1',
        media_id: 'post-1',
        direction: 'out',
        text: 'Thanks',
        hidden: false,
        deleted: false,
      },
    ]);
  });

  it('a private reply uses up its comment, and opens no conversation before the person answers', async () => {
    await addComment('1 minute');
    const instagram = open();
    await instagram.privateReply({ account: account(), commentId: 'c1', text: 'Hi' }, signal);
    expect([
      await codeOf(instagram.privateReply({ account: account(), commentId: 'c1', text: 'Again' }, signal)),
      await codeOf(send(instagram)),
    ]).toEqual(['policy_private_reply_used', 'policy_window_closed']);
    await database.pool.query('update conversations set last_incoming_at = now() where account_id = $1', [
      account(),
    ]);
    expect(await codeOf(send(instagram))).toBe('sent');
    expect(graph.requests).toHaveLength(2);
  });

  it('many at once are all there', async () => {
    const instagram = open();
    await Promise.all(Array.from({ length: 40 }, () => send(instagram)));
    expect(
      await rows(
        'select count(*)::int as count from messages m join conversations v on v.id = m.conversation_id where v.account_id = $1',
      ),
    ).toEqual([{ count: 40 }]);
  });
});

describe("what Instagram's refusals teach", () => {
  it('a closed window of which we knew nothing is not tried again', async () => {
    graph.answers = [graphRefusal(403, 10, 2534022)];
    expect([await codeOf(send(open())), await codeOf(send(open())), graph.requests.length]).toEqual([
      'instagram_outside_window',
      'policy_window_closed',
      1,
    ]);
  });

  it('nor is a private reply that another program has sent', async () => {
    await addComment('1 minute');
    graph.answers = [graphRefusal(400, 10900)];
    const reply = () => open().privateReply({ account: account(), commentId: 'c1', text: 'Hi' }, signal);
    expect([await codeOf(reply()), await codeOf(reply()), graph.requests.length]).toEqual([
      'instagram_private_reply_used',
      'policy_private_reply_used',
      1,
    ]);
  });

  it('a dead login stops all sending of the account, and people are told once', async () => {
    graph.answers = [graphRefusal(400, 190, 463), graphRefusal(400, 190, 463)];
    const instagram = open();
    const ended = await Promise.all([codeOf(send(instagram)), codeOf(send(instagram))]);
    expect(ended).toEqual(['instagram_login', 'instagram_login']);
    expect(await codeOf(send(instagram))).toBe('policy_account_needs_login');
    expect(await codeOf(open().listReplies({ account: account(), commentId: 'c1' }, signal))).toBe(
      'policy_account_needs_login',
    );
    expect(graph.requests).toHaveLength(2);
    expect(lost).toEqual([
      {
        accountId: account(),
        workspaceId: workspace.id,
        username: 'shop',
        reason: expect.stringContaining('No.'),
      },
    ]);
    expect(await rows("select status, last_error->>'code' as code from accounts where id = $1")).toEqual([
      { status: 'needs_login', code: 'instagram_login' },
    ]);
  });

  it('a login that was renewed meanwhile is not blamed for the old token', async () => {
    const instagram = open();
    await send(instagram);
    await database.pool.query('update accounts set access_token_encrypted = $2 where id = $1', [
      account(),
      encryptToken(KEY, 'new token'),
    ]);
    graph.answers = [graphRefusal(400, 190, 463)];
    expect([await codeOf(send(instagram)), await codeOf(send(instagram))]).toEqual([
      'instagram_login',
      'sent',
    ]);
    expect(lost).toEqual([]);
  });
});

describe('five server errors in a row', () => {
  it('keep every process from calling, in this family alone, until the pause is over', async () => {
    graph.answers = Array.from({ length: 5 }, () => ({ status: 500, body: '' }));
    const instagram = open();
    for (let call = 1; call <= 5; call++) expect(await codeOf(send(instagram))).toBe('instagram_busy');
    expect(await send(instagram).catch((error: NodeError) => error)).toMatchObject({
      code: 'instagram_circuit_open',
      throttled: true,
      outcome: 'not_performed',
    });
    expect(await send(open()).catch((error: NodeError) => error)).toMatchObject({ throttled: true });
    expect(
      await codeOf(instagram.replyToComment({ account: account(), commentId: 'c1', text: 'Hi' }, signal)),
    ).toBe('sent');
    expect(graph.requests).toHaveLength(6);
  });
});
