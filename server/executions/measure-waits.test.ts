import { afterAll, beforeAll, expect, it } from 'vitest';
import { createBuiltinCatalogue } from '../../nodes/catalogue.ts';
import { createTestDatabase } from '../testing/database.ts';
import { createWorkspace, deliver, messageDelivery, publishFlow, startProcess } from './testing/harness.ts';
let database: Awaited<ReturnType<typeof createTestDatabase>>;
beforeAll(async () => { database = await createTestDatabase(); });
afterAll(() => database.close());
it('measures', { timeout: 500_000 }, async () => {
  const { pool } = database;
  const w = await createWorkspace(pool);
  const flowId = await publishFlow(pool, w.id, { nodes: [
    { id: 'start', type: 'trigger.comment', name: 's', config: {} }, { id: 'wait', type: 'logic.wait_for_reply', name: 'w', config: {} }],
    edges: [{ id: 'a', source: 'start', target: 'wait' }] });
  const run = async (label: string, n: number, offset: number) => {
    const h = await startProcess(pool, { catalogue: createBuiltinCatalogue() });
    const times: number[] = [];
    for (let i = 0; i < n; i++) {
      const from = `p${offset + i}`;
      const t = performance.now();
      const r = await deliver(h, '/webhooks/instagram', messageDelivery(w, { id: `m-${label}-${i}`, text: 'hi', from }));
      expect(r.status).toBe(200);
      times.push(performance.now() - t);
    }
    times.sort((a, b) => a - b);
    const t = performance.now();
    await Promise.all(Array.from({ length: 500 }, (_, i) => deliver(h, '/webhooks/instagram', messageDelivery(w, { id: `b-${label}-${i}`, text: 'hi', from: `p${offset + 1000 + i}` }))));
    const { rows } = await pool.query(`select count(*)::int as n from flow_executions where status = 'queued' or status='running' or (status='succeeded')`);
    console.log(label, 'p50', times[n >> 1]!.toFixed(2), 'p95', times[Math.floor(n * 0.95)]!.toFixed(2), 'ms; 500 at once', (performance.now() - t).toFixed(0), 'ms; woken', rows[0].n);
    await h.close();
  };
  await run('empty', 300, 900_000);
  await pool.query(`insert into contacts (id, workspace_id, account_id, external_id) select gen_random_uuid(), $1, $2, 'p' || i from generate_series(0, 99999) i`, [w.id, w.accountId]);
  await pool.query(`insert into flow_executions (id, workspace_id, flow_id, flow_version, trigger_node_id, event, contact_key, status, resume_at, started_at)
    select gen_random_uuid(), $1, $2, 1, 'start', jsonb_build_object('kind','comment','at','2026-01-01T00:00:00Z','account', jsonb_build_object('id',$3::text),'from',jsonb_build_object('id','p'||i)), $3 || ':p' || i, 'waiting', now() + interval '1 day', now() from generate_series(0, 99999) i`, [w.id, flowId, w.accountExternalId]);
  await pool.query(`insert into execution_steps (execution_id, node_id, workspace_id, seq, status, wait) select id, 'wait', workspace_id, 3, 'waiting', '{"for":"message"}' from flow_executions where status='waiting'`);
  await pool.query(`insert into execution_steps (execution_id, node_id, workspace_id, seq, status, ports) select id, 'start', workspace_id, 1, 'succeeded', '{out}' from flow_executions where status='waiting'`);
  await pool.query(`insert into conversations (id, workspace_id, account_id, contact_id, waiting_execution_id) select gen_random_uuid(), c.workspace_id, c.account_id, c.id, e.id from contacts c join flow_executions e on e.contact_key = $1 || ':' || c.external_id where e.status='waiting'`, [w.accountExternalId]);
  await pool.query('analyze');
  await run('with 100,000 waiting, other people', 300, 950_000);
  await run('with 100,000 waiting, their replies', 300, 10_000);
  await pool.query('update conversations set waiting_execution_id = null');
});
