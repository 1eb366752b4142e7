import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createSentStore } from '../conversations/store-sent.ts';
import { newId } from '../database/id.ts';
import type { Workspace } from '../executions/testing/harness.ts';
import { createWorkspace, publishFlow } from '../executions/testing/harness.ts';
import { createFactsReader } from '../instagram/policy/read-facts.ts';
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

type Config = Record<string, unknown>;

/** A flow of triggers only; each has its type for an id, as far as ids go. */
function publish(triggers: Record<string, Config>): Promise<string> {
  const nodes = Object.entries(triggers).map(([type, config]) => ({
    id: type.replace('.', '-'),
    type,
    name: type,
    config,
  }));
  return publishFlow(pool, account.id, { nodes, edges: [] });
}

/** `change` edits the only event of the delivery. */
async function deliver(name: string, options: { person?: string; flowId?: string; change?: Config } = {}) {
  const delivery = payloadFor(name, account.accountExternalId, options.person);
  const [entry] = delivery.entry as { changes?: { value: Config }[]; messaging?: Config[] }[];
  const target = entry?.changes?.[0]?.value ?? entry?.messaging?.[0];
  if (target) Object.assign(target, options.change);
  expect(await receiver.post(delivery, options.flowId)).toBe(200);
}

async function started(flowId: string): Promise<string[]> {
  const { rows } = await pool.query<{ node: string }>(
    'select trigger_node_id as node from flow_executions where flow_id = $1 order by seq',
    [flowId],
  );
  return rows.map(({ node }) => node.replace('-', '.'));
}

async function reasons(): Promise<(string | null)[]> {
  const { rows } = await pool.query<{ reason: string | null }>(
    'select reason from webhook_events where workspace_id = $1 order by received_at, reason nulls first',
    [account.id],
  );
  return rows.map(({ reason }) => reason);
}

const PASSED = 'Every trigger that matches has let this person through before.';

/** Comments with keys and texts of their own. */
const comment = (text: string, person?: string) =>
  deliver('comment-feed', { change: { id: newId(), text }, ...(person && { person }) });

describe('every kind of event finds its trigger', () => {
  const ALL = {
    'trigger.comment': {},
    'trigger.live_comment': {},
    'trigger.referral': {},
    'trigger.message': { includeEdits: true, includeDeleted: true },
    'trigger.postback': {},
    'trigger.story_reply': {},
    'trigger.story_mention': {},
    'trigger.mention': {},
    'trigger.reaction': { action: 'both' },
  };

  test.each([
    ['comment-feed', 'trigger.comment'],
    ['comment-reels', 'trigger.comment'],
    ['comment-ad', 'trigger.comment'],
    ['comment-facebook-login', 'trigger.comment'],
    ['comment-flat-entry', 'trigger.comment'],
    ['live-comment', 'trigger.live_comment'],
    ['mention-caption', 'trigger.mention'],
    ['mention-comment', 'trigger.mention'],
    ['message-text', 'trigger.message'],
    ['message-image', 'trigger.message'],
    ['message-quick-reply', 'trigger.message'],
    ['message-edit', 'trigger.message'],
    ['message-deleted', 'trigger.message'],
    ['messages-as-change', 'trigger.message'],
    ['message-from-ad', 'trigger.referral'],
    ['postback-ice-breaker', 'trigger.referral'],
    ['referral-link', 'trigger.referral'],
    ['postback-button', 'trigger.postback'],
    ['postback-menu', 'trigger.postback'],
    ['story-reply', 'trigger.story_reply'],
    ['story-mention', 'trigger.story_mention'],
    ['reaction-react', 'trigger.reaction'],
    ['reaction-unreact', 'trigger.reaction'],
  ])('%s starts %s, once however often and over whichever URL it comes', async (name, type) => {
    const flowId = await publish(ALL);
    await Promise.all([deliver(name), deliver(name, { flowId }), deliver(name)]);
    await deliver(name, { flowId });
    expect(await started(flowId)).toEqual([type]);
  });

  test.each([
    'comment-own-reply',
    'message-echo',
    'message-self',
    'comment-reply',
    'message-unsupported',
    'seen',
    'standby',
    'handover',
    'story-insights',
    'unknown-field',
  ])('%s starts nothing, and says why', async (name) => {
    const flowId = await publish(ALL);
    await deliver(name);
    expect(await started(flowId)).toEqual([]);
    expect(await reasons()).toEqual([expect.stringMatching(/\.$/)]);
  });

  test('own comments and messages start a flow that asks for them', async () => {
    const flowId = await publish({
      'trigger.comment': { ignoreOwn: false, includeReplies: true },
      'trigger.message': { ignoreOwn: false },
    });
    await deliver('comment-own-reply');
    await deliver('message-echo');
    expect(await started(flowId)).toEqual(['trigger.comment', 'trigger.message']);
  });

  test("a boosted post's comment that comes for the post and for the ad starts the flow once", async () => {
    const flowId = await publish({ 'trigger.comment': {} });
    await deliver('comment-feed');
    await deliver('comment-feed', { change: { media: { id: '18', ad_id: '12', media_product_type: 'AD' } } });
    expect(await started(flowId)).toHaveLength(1);
  });

  test('reacting again after taking it back starts the flow again', async () => {
    const flowId = await publish({ 'trigger.reaction': {} });
    for (const timestamp of [1_790_000_000_000, 1_790_000_001_000, 1_790_000_001_000]) {
      await deliver('reaction-react', { change: { timestamp } });
    }
    expect(await started(flowId)).toHaveLength(2);
  });

  test('a tap on a postback without an id is known again', async () => {
    const flowId = await publish({ 'trigger.postback': {} });
    await deliver('postback-without-mid');
    await deliver('postback-without-mid');
    expect(await started(flowId)).toHaveLength(1);
  });
});

describe('the URL of one flow', () => {
  test("stores and ignores events of other workspaces' accounts", async () => {
    const flowId = await publish({ 'trigger.message': {} });
    const stranger = await createWorkspace(pool);
    await receiver.post(payloadFor('message-text', stranger.accountExternalId), flowId);
    const { rows } = await pool.query(
      'select status, reason, workspace_id from webhook_events where account_external_id = $1',
      [stranger.accountExternalId],
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

describe('once per person', () => {
  test('in so many hours', async () => {
    const flowId = await publish({ 'trigger.comment': { oncePerPerson: 'hours', oncePeriod: 2 } });
    const age = (minutes: number) =>
      pool.query(`update trigger_passes set at = now() - make_interval(mins => $2) where flow_id = $1`, [
        flowId,
        minutes,
      ]);
    await comment('first');
    await age(119);
    await comment('too early');
    await comment('of somebody else', '77');
    expect(await started(flowId)).toHaveLength(2);
    await age(121);
    await comment('later');
    await comment('again too early');
    expect(await started(flowId)).toHaveLength(3);
    expect((await reasons()).sort()).toEqual([PASSED, PASSED, null, null, null]);
  });

  test('ever', async () => {
    const flowId = await publish({ 'trigger.comment': { oncePerPerson: 'ever' } });
    await comment('first');
    await pool.query(`update trigger_passes set at = now() - interval '9 years' where flow_id = $1`, [
      flowId,
    ]);
    await comment('second');
    expect(await started(flowId)).toHaveLength(1);
  });

  test('of 30 comments at once one passes, on two processes and in one body', async () => {
    const flowId = await publish({ 'trigger.comment': { oncePerPerson: 'days' } });
    const always = await publish({ 'trigger.comment': {} });
    const other = await startReceiver(pool);
    const bodies = Array.from({ length: 10 }, () => {
      const [entry] = payloadFor('comment-feed', account.accountExternalId).entry;
      const [change] = entry!.changes as { field: string; value: Config }[];
      const changes = [1, 2, 3].map(() => ({ ...change, value: { ...change!.value, id: newId() } }));
      return { object: 'instagram', entry: [{ ...entry, changes }] };
    });
    await Promise.all(bodies.map((body, index) => (index % 2 ? receiver : other).post(body)));
    await other.close();
    expect(await started(flowId)).toHaveLength(1);
    expect(await started(always)).toHaveLength(30);
    expect(await reasons()).toEqual(Array.from({ length: 30 }, () => null));
  });

  test('the same event over both URLs uses up one pass', async () => {
    const flowId = await publish({ 'trigger.comment': { oncePerPerson: 'hours', oncePeriod: 1 } });
    await deliver('comment-feed');
    await pool.query(`update trigger_passes set at = now() - interval '2 hours' where flow_id = $1`, [
      flowId,
    ]);
    await deliver('comment-feed', { flowId });
    await comment('another one');
    expect(await started(flowId)).toHaveLength(2);
  });

  test('who can not be named passes every time', async () => {
    const flowId = await publish({ 'trigger.mention': { oncePerPerson: 'ever' } });
    await deliver('mention-caption');
    await deliver('mention-comment');
    expect(await started(flowId)).toHaveLength(2);
  });
});

describe('only the first message', () => {
  test('starts the flow for people who have not written before', async () => {
    const before = await publish({ 'trigger.message': {} });
    await deliver('message-text', { person: '501' });
    const flowId = await publish({ 'trigger.message': { firstOnly: true } });
    await deliver('message-image', { person: '501', change: { timestamp: 1_790_000_100_000 }, flowId });
    await deliver('message-audio', { person: '502', flowId });
    await deliver('message-video', { person: '502', change: { timestamp: 1_790_000_200_000 }, flowId });
    expect(await started(before)).toHaveLength(1);
    expect(await started(flowId)).toHaveLength(1);
  });

  test('also for those whom only the account has written to', async () => {
    const flowId = await publish({ 'trigger.message': { firstOnly: true } });
    await deliver('message-echo');
    await pool.query(`update conversations set last_incoming_at = to_timestamp(0) where account_id = $1`, [
      account.accountId,
    ]);
    await deliver('message-text');
    expect(await started(flowId)).toHaveLength(1);
  });
});

describe('somebody whom the account wrote to first, by a private reply', () => {
  const reply = () =>
    createSentStore(pool).store({
      what: 'message',
      workspaceId: account.id,
      accountId: account.accountId,
      executionId: null,
      personId: '503',
      messageId: newId(),
      text: 'Here is the link',
      attachments: [],
      author: 'flow',
      commentId: 'comment-9',
    });
  const window = async () => {
    const target = { personId: '503' };
    const request = { workspaceId: account.id, accountId: account.accountId, family: 'messages', target };
    return (await createFactsReader(pool).read(request)).window.state;
  };

  test('has never written: not for the rules, not for "only the first message"', async () => {
    const flowId = await publish({ 'trigger.message': { firstOnly: true } });
    await reply();
    expect(await window()).toBe('never');
    await deliver('message-text', { person: '503', flowId });
    expect([await window(), await started(flowId)]).toEqual(['known', ['trigger.message']]);
  });

  test('has written once they did, whatever the account sends after', async () => {
    await deliver('message-text', { person: '503' });
    await reply();
    expect(await window()).toBe('known');
    const flowId = await publish({ 'trigger.message': { firstOnly: true } });
    await deliver('message-image', { person: '503', change: { timestamp: 1_790_000_100_000 }, flowId });
    expect(await started(flowId)).toEqual([]);
  });

  test('has never written though they opened a link', async () => {
    await reply();
    await deliver('referral-link', { person: '503' });
    expect(await window()).toBe('never');
  });
});

test('the language of the text decides, where there are words', async () => {
  const flowId = await publish({ 'trigger.comment': { languages: ['de', 'es'] } });
  await comment('Was kostet das?');
  await comment('¿Cuánto cuesta?');
  await comment('How much is it?');
  await comment('Сколько это стоит?');
  await comment('😍😍');
  expect(await started(flowId)).toHaveLength(3);
});

describe('followers', () => {
  const know = (person: string, isFollower: boolean | null) =>
    pool.query(
      `insert into contacts (id, workspace_id, account_id, external_id, is_follower) values ($1, $2, $3, $4, $5)`,
      [newId(), account.id, account.accountId, person, isFollower],
    );

  test.each([
    ['followers', true, ['follows', 'unknown', 'new']],
    ['followers', false, ['follows']],
    ['others', true, ['does not', 'unknown', 'new']],
    ['others', false, ['does not']],
    ['anyone', false, ['follows', 'does not', 'unknown', 'new']],
  ])('%s, unknown pass: %s', async (followers, followersUnknown, expected) => {
    const flowId = await publish({ 'trigger.comment': { followers, followersUnknown } });
    const people = { follows: '601', 'does not': '602', unknown: '603', new: '604' };
    await know(people.follows, true);
    await know(people['does not'], false);
    await know(people.unknown, null);
    for (const [text, person] of Object.entries(people)) await comment(text, person);
    const { rows } = await pool.query<{ text: string }>(
      `select event->'comment'->>'text' as text from flow_executions where flow_id = $1 order by seq`,
      [flowId],
    );
    expect(rows.map(({ text }) => text)).toEqual(expected);
  });
});

test('where one trigger turns somebody away, the next one of the flow is asked', async () => {
  const flowId = await publishFlow(pool, account.id, {
    nodes: [
      { id: 'german', type: 'trigger.comment', name: 'German', config: { languages: ['de'] } },
      { id: 'rest', type: 'trigger.comment', name: 'Rest', config: {} },
    ],
    edges: [],
  });
  await comment('Was kostet das?');
  await comment('How much is it?');
  expect(await started(flowId)).toEqual(['german', 'rest']);
});
