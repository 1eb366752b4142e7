import { once } from 'node:events';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Plan } from '../../engine/compile.ts';
import { compilePlan } from '../../engine/compile.ts';
import type { TriggerEvent } from '../../engine/event.ts';
import { graphSchema } from '../../engine/graph.ts';
import { runExecution } from '../../engine/run.ts';
import { FakeClock } from '../../engine/testing/fake-clock.ts';
import { fakeInput } from '../../engine/testing/fake-nodes.ts';
import { MemoryJournal } from '../../engine/testing/memory-journal.ts';
import { createBuiltinCatalogue } from '../../nodes/catalogue.ts';
import { createFakeServices } from '../../nodes/testing/fake-services.ts';
import { encryptToken } from '../accounts/token-cipher.ts';
import type { DatabaseConnection } from '../database/connect.ts';
import { connectDatabase } from '../database/connect.ts';
import { newId } from '../database/id.ts';
import type { Workspace } from '../executions/testing/harness.ts';
import { createWorkspace } from '../executions/testing/harness.ts';
import { createTestDatabase } from '../testing/database.ts';
import { AccountDirectory } from './account-directory.ts';
import { createGraphDispatcher, GraphClient } from './graph-client.ts';
import { createInstagramService } from './instagram-service.ts';
import { parseRateLimits } from './rate-limits.ts';
import { createSendGuards } from './send-guards.ts';
import { SendLimits } from './send-limits.ts';

const KEY = 'e'.repeat(32);
const START = '2026-03-02T10:00:00.000Z';
/** The time that all processes go by, as the tests set it. */
const CLOCK = '(select at from test_clock)';
const OK = { status: 200, headers: {}, body: '{"id":"reply-1"}' };

/** A Graph API that answers as told, once, and well otherwise. */
let answers: { status: number; headers: Record<string, string>; body: string }[] = [];
let calls = 0;
let bodies: string[] = [];
let server: Server;
let graphUrl: string;
let database: Awaited<ReturnType<typeof createTestDatabase>>;
let otherDatabase: DatabaseConnection;
let workspace: Workspace;
let clock: FakeClock;
const dispatcher = createGraphDispatcher();

beforeAll(async () => {
  server = createServer((request, response) => {
    calls += 1;
    void readText(request).then((sent) => {
      bodies.push(sent);
      const { status, headers, body } = answers.shift() ?? OK;
      response.writeHead(status, headers).end(body);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  graphUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  database = await createTestDatabase();
  otherDatabase = connectDatabase(database.url);
  await database.pool.query('create table test_clock (at timestamptz not null)');
  await database.pool.query('insert into test_clock values (now())');
});
afterAll(async () => {
  await dispatcher.destroy();
  server.close();
  await otherDatabase.close();
  await database.close();
});
beforeEach(async () => {
  answers = [];
  calls = 0;
  bodies = [];
  clock = new FakeClock(START);
  await advance(0);
  workspace = await createWorkspace(database.pool);
  await database.pool.query('update accounts set access_token_encrypted = $2 where id = $1', [
    workspace.accountId,
    encryptToken(KEY, 'token'),
  ]);
});

/** Moves the time on, for the run loop and for the database. */
async function advance(ms: number): Promise<void> {
  clock.advance(ms);
  await database.pool.query('update test_clock set at = $1', [clock.now()]);
}

const comment = (): TriggerEvent => ({
  kind: 'comment',
  at: START,
  account: { id: workspace.accountExternalId, username: 'shop' },
  from: { id: 'person-1', username: 'mia' },
  comment: { id: 'comment-1', text: 'Nice' },
});

const graph = graphSchema.parse({
  nodes: [
    { id: 'start', type: 'trigger.comment', name: 'Comment' },
    {
      id: 'reply',
      type: 'instagram.reply_to_comment',
      name: 'Reply',
      config: { text: 'Thanks!' },
      policy: { attempts: 1 },
    },
  ],
  edges: [{ id: 'a', source: 'start', target: 'reply' }],
});

const replyFlow = compilePlan(graph, createBuiltinCatalogue());

type Told = { pool?: DatabaseConnection['pool']; plan?: Plan; event?: TriggerEvent; executionId?: string };

/** A process that runs executions of a flow, with one reply unless told. */
function createProcess(rateLimits: string, told: Told = {}) {
  const { pool = database.pool, plan = replyFlow, event = comment(), executionId = null } = told;
  const parsed = parseRateLimits(rateLimits);
  if (typeof parsed === 'string') throw new Error(parsed);
  const deps = {
    accounts: new AccountDirectory(pool, KEY, { graph: graphUrl, own: () => graphUrl }),
    client: new GraphClient(dispatcher),
    limits: new SendLimits({ pool, limits: parsed, databaseClock: CLOCK }),
    guards: createSendGuards({ pool, databaseClock: CLOCK }),
  };
  return async (journal = new MemoryJournal(), isHeld = () => true) => {
    const { services } = createFakeServices();
    const instagram = createInstagramService(deps, {
      workspaceId: workspace.id,
      executionId,
      event,
      steps: journal.snapshot().steps,
      isHeld,
    });
    // The clock stands still while the run speaks to the servers.
    const end = await runExecution(plan, fakeInput({ event }), journal.snapshot(), {
      journal,
      clock,
      services: { ...services, instagram },
      signal: new AbortController().signal,
      retryInlineMs: 0,
    });
    return { end, reply: journal.steps.get('reply') };
  };
}

const tooMany = (code: number, headers: Record<string, string> = {}) => ({
  status: 429,
  headers,
  body: JSON.stringify({ error: { message: 'Too many calls.', type: 'OAuthException', code } }),
});

describe('a reply that Instagram refuses because of its limits', () => {
  it('waits as long as Instagram says, uses up no attempt, and is sent once', async () => {
    const run = createProcess('off');
    const journal = new MemoryJournal();
    answers = [tooMany(4, { 'retry-after': '90' })];
    const first = await run(journal);
    expect(first.end).toEqual({ status: 'waiting', resumeAt: '2026-03-02T10:01:30.000Z', keepsTurn: true });
    expect(first.reply).toMatchObject({ status: 'pending', attempt: 0 });
    expect(first.reply?.logs?.at(-1)?.message).toBe(
      'Waits for its turn until 2026-03-02 10:01:30 UTC; this uses up no attempt. Instagram did not reply to comment comment-1: Too many calls. It asks to slow down.',
    );

    await advance(90_000);
    const second = await run(journal);
    expect([second.end.status, second.reply?.attempt, calls]).toEqual(['succeeded', 1, 2]);
  });

  it('keeps the other processes from calling at all', async () => {
    answers = [tooMany(80002, { 'retry-after': '90' })];
    await createProcess('off')();
    const other = await createProcess('off', otherDatabase)();
    expect([other.end.status, calls]).toEqual(['waiting', 1]);
    expect(other.reply?.logs?.at(-1)?.message).toContain('Instagram asked @shop to slow down.');
  });

  it('a good answer that warns lets what was sent stand, and pauses what comes next', async () => {
    const usage = JSON.stringify({ call_count: 98, total_time: 3, total_cputime: 3 });
    answers = [{ ...OK, headers: { 'x-app-usage': usage } }];
    const run = createProcess('off');
    expect((await run()).end.status).toBe('succeeded');
    expect([(await run()).end.status, calls]).toEqual(['waiting', 1]);
  });

  it('a server error is no limit: it uses up an attempt, and others go on', async () => {
    const run = createProcess('off');
    answers = [{ status: 500, headers: {}, body: '' }];
    expect((await run()).end).toMatchObject({ status: 'failed', error: { code: 'instagram_busy' } });
    expect((await run()).end.status).toBe('succeeded');
  });
});

describe('a reply above the limit of the account', () => {
  it('waits for its turn and goes out from whichever process comes back, in order, paid for once', async () => {
    const first = createProcess('replies=6/m:1');
    const second = createProcess('replies=6/m:1', otherDatabase);
    expect((await first()).end.status).toBe('succeeded');
    const journals = [new MemoryJournal(), new MemoryJournal()];
    const ends = [await first(journals[0]), await second(journals[1])].map(({ end }) => end);
    expect(ends).toEqual([
      { status: 'waiting', resumeAt: '2026-03-02T10:00:10.000Z', keepsTurn: true },
      { status: 'waiting', resumeAt: '2026-03-02T10:00:20.000Z', keepsTurn: true },
    ]);
    expect(calls).toBe(1);

    await advance(10_000);
    expect((await second(journals[0])).end.status).toBe('succeeded');
    await advance(10_000);
    expect((await first(journals[1])).end.status).toBe('succeeded');
    expect(calls).toBe(3);
  });
});

describe('a message behind an approval, a day after the person wrote', () => {
  const approvalFlow = compilePlan(
    graphSchema.parse({
      nodes: [
        { id: 'start', type: 'trigger.message', name: 'Message' },
        { id: 'approval', type: 'people.approval', name: 'Approval', config: { text: 'It costs 12 euros.' } },
        {
          id: 'send',
          type: 'instagram.send_message',
          name: 'Send',
          config: { text: '{{ steps.approval.output.text }}' },
          policy: { attempts: 1 },
        },
      ],
      edges: [
        { id: 'a', source: 'start', target: 'approval' },
        { id: 'b', source: 'approval', sourceHandle: 'approved', target: 'send' },
      ],
    }),
    createBuiltinCatalogue(),
  );

  it.each([
    [
      'that a person changed goes out as theirs',
      'It costs 12 euros, and 10 for members.',
      'succeeded',
      'HUMAN_AGENT',
    ],
    [
      'that a person left as it was stays the flow’s, and is too late',
      'It costs 12 euros.',
      'failed',
      undefined,
    ],
  ])('%s', async (_case, text, status, tag) => {
    const event: TriggerEvent = {
      ...comment(),
      kind: 'message',
      message: { id: 'm1', text: 'How much?', attachments: [] },
    };
    await database.pool.query(
      `with c as (insert into contacts (id, workspace_id, account_id, external_id) values ($1, $2, $3, 'person-1') returning id)
       insert into conversations (id, workspace_id, account_id, contact_id, last_incoming_at)
       select $4, $2, $3, id, $5 from c`,
      [newId(), workspace.id, workspace.accountId, newId(), new Date(clock.now().getTime() - 25 * 3_600_000)],
    );
    const journal = new MemoryJournal();
    const run = createProcess('off', { plan: approvalFlow, event, executionId: newId() });
    expect((await run(journal)).end.status).toBe('waiting');
    // As a decision is written (server/executions/decide-approval.ts).
    const waiting = journal.steps.get('approval')!;
    journal.steps.set('approval', {
      ...waiting,
      resume: { kind: 'approval', decision: 'approved', by: 'Ann', text },
    });
    answers = [{ status: 200, headers: {}, body: '{"message_id":"m2","recipient_id":"person-1"}' }];

    expect((await run(journal)).end.status).toBe(status);
    expect(bodies.map((body) => JSON.parse(body).tag)).toEqual(tag === undefined ? [] : [tag]);
  });
});

it('what was taken over while it waited for its permit is not sent from here', async () => {
  const { end } = await createProcess('off')(new MemoryJournal(), () => false);
  expect([end, calls]).toEqual([
    expect.objectContaining({ error: expect.objectContaining({ code: 'step_closed' }) }),
    0,
  ]);
});
