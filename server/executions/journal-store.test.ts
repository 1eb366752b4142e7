import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JournalEntry } from '../../engine/journal.ts';
import { newId } from '../database/id.ts';
import { createTestDatabase } from '../testing/database.ts';
import { createJournalStore, NotHeldError } from './journal-store.ts';
import { loadSnapshots } from './load-snapshots.ts';
import type { Workspace } from './testing/harness.ts';
import { chain, createWorkspace, publishFlow } from './testing/harness.ts';

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let pool: pg.Pool;
let workspace: Workspace;
let flowId: string;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = database.pool;
  workspace = await createWorkspace(pool);
  flowId = await publishFlow(pool, workspace.id, chain([]));
});
afterAll(() => database.close());

async function heldBy(owner: string): Promise<string> {
  const id = newId();
  await pool.query(
    `insert into flow_executions (id, workspace_id, flow_id, flow_version, trigger_node_id, event, status, lease_owner)
     values ($1, $2, $3, 1, 'start', '{}', 'running', $4)`,
    [id, workspace.id, flowId, owner],
  );
  return id;
}

const step = (nodeId: string, output: unknown): JournalEntry => ({
  type: 'step',
  step: { nodeId, status: 'succeeded', attempt: 1, output, ports: ['out'] },
});

function write(owner: string, executionId: string, entries: JournalEntry[]) {
  return createJournalStore(pool).write({
    executionId,
    holder: owner,
    workspaceId: workspace.id,
    flowId,
    entries: entries.map((entry, index) => ({ entry, seq: index + 1 })),
  });
}

describe('the journal store', () => {
  it('gives back what was written, steps and effects', async () => {
    const id = await heldBy('me');
    const logs = [{ at: '2026-10-01T12:00:00.000Z', level: 'info' as const, message: 'hello' }];
    const waiting: JournalEntry = {
      type: 'step',
      step: {
        nodeId: 'b',
        status: 'waiting',
        attempt: 2,
        logs,
        wait: { for: 'message', until: '2026-10-02T00:00:00.000Z' },
      },
    };
    const intended: JournalEntry = {
      type: 'effect',
      effect: {
        nodeId: 'c',
        key: 'reply',
        status: 'intended',
        describe: 'Reply',
        intendedAt: '2026-10-01T12:00:00.000Z',
        request: { text: 'x' },
      },
    };
    await write('me', id, [step('a', { deep: [1, null, 'two'] }), waiting, intended]);
    await write('me', id, [
      {
        type: 'effect',
        effect: { nodeId: 'c', key: 'reply', status: 'done', describe: 'Reply', result: { id: '9' } },
      },
    ]);
    const snapshot = (await loadSnapshots(pool, [id])).get(id);
    expect(snapshot?.steps).toEqual([
      { nodeId: 'a', status: 'succeeded', attempt: 1, output: { deep: [1, null, 'two'] }, ports: ['out'] },
      {
        nodeId: 'b',
        status: 'waiting',
        attempt: 2,
        logs,
        wait: { for: 'message', until: '2026-10-02T00:00:00.000Z' },
      },
    ]);
    expect(snapshot?.effects).toEqual([
      {
        nodeId: 'c',
        key: 'reply',
        status: 'done',
        describe: 'Reply',
        intendedAt: '2026-10-01T12:00:00.000Z',
        request: { text: 'x' },
        result: { id: '9' },
      },
    ]);
  });

  it('refuses whoever lost the lease, and writes nothing of theirs', async () => {
    const id = await heldBy('somebody else');
    await expect(
      write('me', id, [step('a', {}), { type: 'end', end: { status: 'succeeded' } }]),
    ).rejects.toThrow(NotHeldError);
    expect((await loadSnapshots(pool, [id])).get(id)?.steps).toEqual([]);
    const { rows } = await pool.query('select status from flow_executions where id = $1', [id]);
    expect(rows).toEqual([{ status: 'running' }]);
  });

  it('keeps an execution whose step can not be stored from taking others with it', async () => {
    const store = createJournalStore(pool);
    const [good, bad] = [await heldBy('me'), await heldBy('me')];
    const entry = (executionId: string, nodeId: string, status: string) =>
      store.write({
        executionId,
        holder: 'me',
        workspaceId: workspace.id,
        flowId,
        entries: [
          {
            seq: 1,
            entry: { type: 'effect', effect: { nodeId, key: 'k', describe: status, status: 'done' } },
          },
        ],
      });
    const oversized = 'x'
      .repeat(3_000)
      .split('')
      .map((_, index) => String.fromCharCode(0x4e00 + ((index * 7919) % 20_000)))
      .join('');
    const results = await Promise.allSettled([
      entry(good, 'a', 'fine'),
      entry(bad, oversized, 'too long for the key'),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  });
});
