import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createWorkspace, publishFlow } from '../executions/testing/harness.ts';
import { createTestDatabase } from '../testing/database.ts';
import { payloadFor, payloadNames } from './testing/payloads.ts';
import type { Receiver } from './testing/receiver.ts';
import { startReceiver } from './testing/receiver.ts';

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let pool: pg.Pool;
let receiver: Receiver;
let account: { id: string; accountExternalId: string };
let flowId: string;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = database.pool;
  account = await createWorkspace(pool);
  flowId = await publishFlow(pool, account.id, {
    nodes: [
      { id: 'start', type: 'trigger.comment', name: 'Start', config: { keywords: ['neighbour'] } },
      { id: 'messages', type: 'trigger.message', name: 'Messages', config: {} },
    ],
    edges: [],
  });
  receiver = await startReceiver(pool);
});
afterAll(async () => {
  await receiver.close();
  await database.close();
});

/** Numbers that look random and are the same in every run (mulberry32). */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** Stands where JSON.stringify could not write what is meant. */
const DEEP = '<deep>';

const WRONG: (() => unknown)[] = [
  () => undefined,
  () => null,
  () => '',
  () => '\0',
  () => '\ud800half a pair',
  () => '💥'.repeat(40_000),
  () => 'x'.repeat(300_000),
  () => -1,
  () => 1e308,
  () => 2 ** 60,
  () => 0.5,
  () => true,
  () => [],
  () => ({}),
  () => [[[[]]]],
  () => Array.from({ length: 3_000 }, (_, index) => index),
  () => ({ id: { id: { id: 'nested' } }, mid: ['list'], __proto__: null, constructor: 'x' }),
  () => ({ toString: 'not a function', length: -1 }),
  () => DEEP,
];

/** One place in a payload, anywhere below its entries. */
function placesIn(value: unknown): { parent: Record<string, unknown>; key: string }[] {
  if (value === null || typeof value !== 'object') return [];
  const parent = value as Record<string, unknown>;
  return Object.keys(parent).flatMap((key) => [{ parent, key }, ...placesIn(parent[key])]);
}

/** A payload with one to three places made wrong. */
function variant(seed: number): { name: string; entry: unknown[] } {
  const random = randomOf(seed);
  const name = payloadNames[random(payloadNames.length)]!;
  const { entry } = payloadFor(name, account.accountExternalId);
  for (let count = 1 + random(3); count > 0; count--) {
    const places = placesIn(entry);
    const place = places[random(places.length)];
    if (place) place.parent[place.key] = WRONG[random(WRONG.length)]!();
  }
  return { name, entry };
}

function neighbour(seed: number) {
  return {
    id: account.accountExternalId,
    time: 1_790_000_000,
    changes: [
      {
        field: 'comments',
        value: {
          id: `neighbour-${seed}`,
          text: 'neighbour',
          from: { id: `person-${seed}`, username: 'mia' },
        },
      },
    ],
  };
}

function bodyOf(entries: unknown[]): string {
  const deep = '['.repeat(20_000) + ']'.repeat(20_000);
  return JSON.stringify({ object: 'instagram', entry: entries }).replaceAll(`"${DEEP}"`, deep);
}

const seeds = Array.from({ length: 100 }, (_, index) => index + 1);

async function storedNeighbours(): Promise<Record<string, number>> {
  const { rows } = await pool.query<{ id: string; count: string }>(
    `select event->'comment'->>'id' as id, count(*) from flow_executions
     where flow_id = $1 and event->'comment'->>'id' like 'neighbour-%' group by 1`,
    [flowId],
  );
  return Object.fromEntries(rows.map(({ id, count }) => [id, Number(count)]));
}

describe('100 malformed variants of the payloads, each beside a good neighbour', () => {
  test('are answered 200, and the neighbours start their flow once each', async () => {
    for (const seed of seeds) {
      const random = randomOf(seed + 1_000);
      const { name, entry } = variant(seed);
      const entries = random(2) === 0 ? [...entry, neighbour(seed)] : [neighbour(seed), ...entry];
      const body = bodyOf(entries);
      expect([name, seed, await receiver.post(body)]).toEqual([name, seed, 200]);
      if (random(4) === 0) expect(await receiver.post(body)).toBe(200);
    }
    expect(await storedNeighbours()).toEqual(
      Object.fromEntries(seeds.map((seed) => [`neighbour-${seed}`, 1])),
    );
    const { rows } = await pool.query(
      `select count(distinct external_id) as count from comments where external_id like 'neighbour-%'`,
    );
    expect(Number(rows[0].count)).toBe(seeds.length);
  }, 120_000);

  test('two of them in one list, and in one part, do not harm what stands between them', async () => {
    const { entry } = payloadFor('several', account.accountExternalId);
    const [first] = entry as { changes: unknown[] }[];
    first!.changes.splice(1, 0, null, 7, { field: 'comments' }, { field: ['comments'], value: {} }, DEEP);
    expect(await receiver.post(bodyOf(entry))).toBe(200);
    const { rows } = await pool.query(
      `select text from comments where external_id in ('17873440459141030', '17873440459141031') order by external_id`,
    );
    expect(rows.map(({ text }) => text)).toEqual(['first', 'second']);
  });
});

describe('bytes that are no delivery', () => {
  const good = () => bodyOf([neighbour(999)]);
  test.each<[string, () => Buffer | string, number]>([
    ['cut off in the middle', () => good().slice(0, 100), 400],
    ['UTF-16', () => Buffer.from(good(), 'utf16le'), 400],
    ['nothing', () => '', 400],
    ['a list of nothing', () => '[]', 400],
    ['an entry that is no list', () => '{"entry": {"0": 1}}', 400],
    ['deeply nested lists', () => '['.repeat(100_000) + ']'.repeat(100_000), 400],
    ['deeply nested lists with a long number', () => `${'['.repeat(100_000)}1234567890123456789`, 400],
    ['an entry of nested lists', () => `{"entry": [${'['.repeat(50_000)}${']'.repeat(50_000)}]}`, 200],
    ['no entries', () => '{"object": "instagram", "entry": []}', 200],
    [
      'bytes that are not UTF-8 inside a text',
      () => Buffer.from(good().replace('"mia"', '"m\u00ff\u00fea"'), 'latin1'),
      200,
    ],
  ])('%s', async (_name, body, status) => {
    expect(await receiver.post(body())).toBe(status);
  });
});
