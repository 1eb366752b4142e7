import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { NodeError } from '../../engine/errors.ts';
import type { DatabaseConnection } from '../database/connect.ts';
import { connectDatabase } from '../database/connect.ts';
import { createWorkspace } from '../executions/testing/harness.ts';
import { createTestDatabase } from '../testing/database.ts';
import { parseRateLimits } from './rate-limits.ts';
import type { Reservation } from './send-budget.ts';
import type { LimitedAccount, SendLimitsDeps } from './send-limits.ts';
import { SendLimits } from './send-limits.ts';

const START = Date.parse('2026-03-02T10:00:00.000Z');
const HOUR = 3_600_000;

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let otherDatabase: DatabaseConnection;
let account: LimitedAccount;
let nowMs = START;

beforeAll(async () => {
  database = await createTestDatabase();
  otherDatabase = connectDatabase(database.url);
  await database.pool.query('create table test_clock (at timestamptz not null)');
  await database.pool.query('insert into test_clock values (now())');
});
afterAll(async () => {
  await otherDatabase.close();
  await database.close();
});
beforeEach(async () => {
  account = await createAccount();
  await setTime(START);
});

async function createAccount(): Promise<LimitedAccount> {
  const { id: workspaceId, accountId } = await createWorkspace(database.pool);
  return { id: accountId, workspaceId, username: 'shop', isSandbox: false };
}

/** Sets the clock that all processes go by. */
async function setTime(ms: number): Promise<void> {
  nowMs = ms;
  await database.pool.query('update test_clock set at = $1', [new Date(ms)]);
}

/** A process of its own with its own connections; it goes by the clock of the tests and sleeps in no time. */
function createProcess(limits: string, deps: Partial<SendLimitsDeps> = {}): SendLimits {
  const parsed = parseRateLimits(limits);
  if (typeof parsed === 'string') throw new Error(parsed);
  return new SendLimits({
    pool: database.pool,
    limits: parsed,
    databaseClock: '(select at from test_clock)',
    now: () => nowMs,
    sleep: async () => {},
    ...deps,
  });
}
const secondProcess = (limits: string) => createProcess(limits, { pool: otherDatabase.pool });

const { signal } = new AbortController();

/** When a call may be made: now, or at the turn it is given; null when it is given none. */
async function turnOf(
  limits: SendLimits,
  family: 'replies' | 'private_replies' | 'messages' = 'replies',
  held: Reservation[] = [],
): Promise<number | null> {
  try {
    await limits.take(account, family, held, signal);
    return nowMs;
  } catch (error) {
    if (error instanceof NodeError && error.throttled) return nowMs + (error.retryAfterMs ?? Number.NaN);
    if (error instanceof NodeError && error.code === 'instagram_backlog') return null;
    throw error;
  }
}

const turnsOf = (limits: SendLimits, count: number, family?: Parameters<typeof turnOf>[1]) =>
  Promise.all(Array.from({ length: count }, () => turnOf(limits, family)));

/** The most calls in any stretch of this length. */
function mostWithin(times: number[], periodMs: number): number {
  const sorted = times.toSorted((a, b) => a - b);
  let most = 0;
  let first = 0;
  sorted.forEach((at, index) => {
    while (sorted[first]! <= at - periodMs) first++;
    most = Math.max(most, index - first + 1);
  });
  return most;
}

async function fullAt(family: string): Promise<string> {
  const { rows } = await database.pool.query<{ at: string }>(
    'select full_at::text as at from send_limits where account_id = $1 and family = $2',
    [account.id, family],
  );
  return rows[0]!.at;
}

describe('an account that several processes send for', () => {
  it('stays within its limit in every hour, however much they ask', async () => {
    const processes = [
      createProcess('private_replies=750/h:300'),
      secondProcess('private_replies=750/h:300'),
    ];
    const times: (number | null)[] = [];
    for (let at = 0; at < 2 * HOUR; at += 60_000) {
      await setTime(START + at);
      const asked = await Promise.all(processes.map((limits) => turnsOf(limits, 30, 'private_replies')));
      times.push(...asked.flat());
    }
    const sent = times.filter((time) => time !== null);
    // Turns are rounded to the millisecond.
    expect(mostWithin(sent, HOUR - 10)).toBeGreaterThan(740);
    expect(mostWithin(sent, HOUR - 10)).toBeLessThanOrEqual(750);
    // What would have to wait for more than six hours is given no turn.
    expect(times).toContain(null);
  });

  it('gives everyone who has to wait a turn of their own, in the order in which they came', async () => {
    const first = createProcess('replies=10/m:4');
    const second = secondProcess('replies=10/m:4');
    const turns = [...(await turnsOf(first, 6)), ...(await turnsOf(second, 3)), ...(await turnsOf(first, 2))];
    const seconds = turns.map((turn) => Math.round(((turn ?? 0) - START) / 1_000));
    expect(seconds).toEqual([0, 0, 0, 0, 9, 17, 26, 34, 43, 51, 60]);
  });

  it('lets a process use a few spare permits without asking, for a second', async () => {
    const first = createProcess('messages=100/s');
    const second = secondProcess('messages=100/s');
    await turnsOf(first, 1, 'messages');
    const before = await fullAt('messages');
    expect(await turnsOf(first, 9, 'messages')).toEqual(Array(9).fill(nowMs));
    expect(await fullAt('messages')).toBe(before);

    await turnsOf(second, 1, 'messages');
    expect(await fullAt('messages')).not.toBe(before);

    await setTime(START + 10_000);
    await turnsOf(first, 1, 'messages');
    await setTime(START + 11_000);
    const lapsed = await fullAt('messages');
    await turnsOf(first, 1, 'messages');
    expect(await fullAt('messages')).not.toBe(lapsed);
  });

  it('does not hold up another account or another family', async () => {
    const limits = createProcess('replies=10/m:1,messages=10/m:1');
    await turnsOf(limits, 3);
    expect(await turnOf(limits, 'messages')).toBe(nowMs);
    account = await createAccount();
    expect(await turnOf(limits)).toBe(nowMs);
  });

  it('may send more from a sandbox, on the same way', async () => {
    account = { ...account, isSandbox: true };
    const limits = createProcess('replies=1/h');
    expect(await turnsOf(limits, 15)).toEqual(Array(15).fill(nowMs));
    expect(await fullAt('replies')).not.toBe('');
  });
});

describe('a turn that was given', () => {
  const LIMIT = 'replies=10/m:1';

  /** Uses up what there is, and has an execution wait for its turn. */
  async function waiting(limits: SendLimits): Promise<{ held: Reservation[]; turn: number }> {
    await turnOf(limits);
    const held: Reservation[] = [];
    const turn = (await turnOf(limits, 'replies', held)) ?? Number.NaN;
    expect([held.length, turn]).toEqual([1, START + 6_000]);
    return { held, turn };
  }

  it('is used by whichever process comes back, and paid for once', async () => {
    const { held, turn } = await waiting(createProcess(LIMIT));
    const before = await fullAt('replies');
    await setTime(turn);
    expect(await turnOf(secondProcess(LIMIT), 'replies', held)).toBe(turn);
    expect([await fullAt('replies'), held]).toEqual([before, []]);
  });

  it('is not taken away by a step beside the one that waits for it', async () => {
    const limits = createProcess(LIMIT);
    const { held } = await waiting(limits);
    expect(await turnOf(limits, 'replies', held)).toBe(START + 12_000);
    expect(held).toHaveLength(2);
  });

  it('lapses when nobody comes for a long time', async () => {
    const { held } = await waiting(createProcess(LIMIT));
    await setTime(START + HOUR);
    const late = secondProcess(LIMIT);
    expect(await turnOf(late, 'replies', held)).toBe(nowMs);
    expect(await turnOf(late)).toBe(nowMs + 6_000);
  });

  it('does not hold in a pause that Instagram asked for meanwhile', async () => {
    const first = createProcess(LIMIT);
    const { held, turn } = await waiting(first);
    await secondProcess(LIMIT).pause(account, 'replies', { scope: 'family', forMs: 60_000 });
    await setTime(turn);
    expect(await turnOf(first, 'replies', held)).toBeGreaterThan(START + 60_000);
    expect(held).toHaveLength(1);
  });
});

describe('a pause that Instagram asks for', () => {
  const pressure = { scope: 'family', forMs: 60_000 } as const;

  it('holds for the other processes too, and ends at the pace of the limit', async () => {
    const first = createProcess('replies=10/m:4');
    const second = secondProcess('replies=10/m:4');
    await first.pause(account, 'replies', pressure);
    const turns = [...(await turnsOf(second, 2)), ...(await turnsOf(first, 1))];
    expect(turns.map((turn) => Math.round(((turn ?? 0) - START) / 1_000))).toEqual([69, 77, 86]);
    expect(await turnOf(second, 'messages')).toBe(nowMs);
  });

  it('holds for all families when it is about the account', async () => {
    await createProcess('').pause(account, 'replies', { ...pressure, scope: 'account' });
    expect(await turnOf(secondProcess(''), 'messages')).toBeGreaterThanOrEqual(START + 60_000);
  });

  it('takes the spare permits away', async () => {
    const limits = createProcess('messages=100/s');
    await turnOf(limits, 'messages');
    await limits.pause(account, 'messages', pressure);
    expect(await turnOf(limits, 'messages')).toBeGreaterThanOrEqual(START + 60_000);
  });

  it('is not made shorter by a later, shorter one, and holds without limits of our own', async () => {
    const limits = createProcess('off');
    await limits.pause(account, 'replies', pressure);
    await limits.pause(account, 'replies', { ...pressure, forMs: 1_000 });
    expect(await turnOf(secondProcess('off'))).toBeGreaterThanOrEqual(START + 60_000);
  });

  it('of a day gives nobody a turn', async () => {
    const limits = createProcess('');
    await limits.pause(account, 'replies', { ...pressure, forMs: 24 * HOUR });
    expect(await turnOf(limits)).toBeNull();
  });

  it('is told in words to those who wait', async () => {
    const limits = createProcess('replies=1/h');
    await turnOf(limits);
    await expect(limits.take(account, 'replies', [], signal)).rejects.toMatchObject({
      code: 'instagram_limit',
      message: '@shop has used up what it may send for now (replies to comments, 1 an hour).',
    });
    await limits.pause(account, 'replies', pressure);
    await expect(limits.take(account, 'replies', [], signal)).rejects.toMatchObject({
      message: 'Instagram asked @shop to slow down.',
    });
  });
});

describe('a database that can not be asked', () => {
  it('sends nothing and says so', async () => {
    const closed = connectDatabase(database.url);
    await closed.close();
    const limits = createProcess('', { pool: closed.pool });
    await expect(limits.take(account, 'replies', [], signal)).rejects.toMatchObject({
      code: 'send_limits_unavailable',
      retryable: true,
      outcome: 'not_performed',
    });
  });
});

it('a step that was ended while it waited a moment sends nothing', async () => {
  const abort = new AbortController();
  const limits = createProcess('messages=10/s:1', { sleep: async () => abort.abort() });
  await limits.take(account, 'messages', [], abort.signal);
  await expect(limits.take(account, 'messages', [], abort.signal)).rejects.toMatchObject({
    code: 'step_closed',
    outcome: 'not_performed',
  });
});
