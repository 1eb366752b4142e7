import { afterAll, beforeAll, expect, it } from 'vitest';
import { newId } from '../database/id.ts';
import { createTestDatabase } from '../testing/database.ts';
import { chain, createWorkspace, publishFlow } from './testing/harness.ts';
import { nextOfContacts } from './wake-executions.ts';

let database: Awaited<ReturnType<typeof createTestDatabase>>;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

/** Stores executions of one flow, each of a contact of its own. */
async function store(flow: { id: string; workspaceId: string }, count: number, status: string) {
  const ids = Array.from({ length: count }, newId);
  await database.pool.query(
    `insert into flow_executions (id, workspace_id, flow_id, flow_version, trigger_node_id, event, status, contact_key,
       dedupe_key)
     select id, $2, $3, 1, 'start', jsonb_build_object('text', repeat('x', 500)), $4, '17841400000000000:' || id,
       'comments:' || id from unnest($1::uuid[]) id`,
    [ids, flow.workspaceId, flow.id, status],
  );
  return ids;
}

// Around a hundred open executions the index of the contacts is higher than the one over all executions of a flow.
it.each([0, 60, 100, 120, 140, 180, 400])(
  'the next of a contact is found by few pages, also when it was planned at %d open executions',
  async (open) => {
    await database.pool.query('truncate flow_executions cascade');
    const workspace = await createWorkspace(database.pool);
    const flow = { workspaceId: workspace.id, id: await publishFlow(database.pool, workspace.id, chain([])) };
    const begun = await store(flow, open, 'running');
    const client = await database.hotPool.connect();
    try {
      await client.query('deallocate all');
      const prepare = { query: client.query.bind(client) } as typeof database.hotPool;
      await nextOfContacts(prepare, begun.slice(0, 10));
      const [ended] = await store(flow, 3_000, 'succeeded');
      const { rows } = await client.query(
        `explain (analyze, buffers, format json) execute "next-of-contacts"(array['${ended}'::uuid])`,
      );
      const plan = rows[0]?.['QUERY PLAN'][0].Plan;
      expect(plan['Shared Hit Blocks'] + plan['Shared Read Blocks']).toBeLessThan(30);
    } finally {
      client.release(true);
    }
  },
);
