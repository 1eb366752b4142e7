import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { conflict } from '../http/problem.ts';
import type { ApiServer } from '../http/testing/api-server.ts';
import { startApi } from '../http/testing/api-server.ts';
import { testGraph } from '../http/testing/catalogue.ts';
import { seedExecution } from '../http/testing/seed.ts';

let api: ApiServer;
let key: string;
let seeded: Awaited<ReturnType<typeof seedExecution>>;

beforeAll(async () => {
  api = await startApi({
    executions: {
      decideApproval: async ({ workspaceId, approvalId, decision, text, reason, by }) => {
        const { rowCount } = await api.pool.query(
          `update approvals set status = $3, final_text = $4, reason = $5, decided_by = $6, decided_at = now()
           where workspace_id = $1 and id = $2 and status = 'pending'`,
          [workspaceId, approvalId, decision, text ?? null, reason ?? null, by],
        );
        if (rowCount === 0) throw conflict('already-decided', 'Somebody decided before.');
      },
    },
  });
});
afterAll(() => api.close());

beforeEach(async () => {
  const workspace = await api.createWorkspace();
  key = workspace.editor;
  const body = { name: 'Prices', graph: testGraph('x') };
  const flow = await api.call('POST', '/api/v1/flows', { key, body });
  seeded = await seedExecution(api.pool, workspace.id, { flowId: flow.body.id });
});

describe('an approval', () => {
  it('is listed while it is pending and decided once', async () => {
    const path = `/api/v1/approvals/${seeded.approvalId}`;
    expect((await api.call('GET', '/api/v1/approvals', { key })).body.items).toMatchObject([
      { id: seeded.approvalId, draft: 'It is 20 euros.', flowName: 'Prices', context: { intent: 'price' } },
    ]);

    const approved = await api.call('POST', `${path}/approve`, { key, body: { text: 'It is 25 euros.' } });
    const rejected = await api.call('POST', `${path}/reject`, { key, body: { reason: 'No' } });

    expect(approved.body).toMatchObject({
      status: 'approved',
      finalText: 'It is 25 euros.',
      decidedBy: 'editor',
    });
    expect(rejected.status).toBe(409);
    expect((await api.call('GET', '/api/v1/approvals', { key })).body.items).toEqual([]);
    expect((await api.call('GET', '/api/v1/approvals?status=approved', { key })).body.items).toHaveLength(1);
    const { rows } = await api.pool.query('select action from audit_log where target_id = $1', [
      seeded.approvalId,
    ]);
    expect(rows).toEqual([{ action: 'approval.approved' }]);
  });

  it('needs no body', async () => {
    const answer = await api.call('POST', `/api/v1/approvals/${seeded.approvalId}/approve`, { key });
    expect(answer.body).toMatchObject({ status: 'approved', finalText: null });
  });
});

describe('an escalation', () => {
  it('is listed while it is open and resolved once', async () => {
    const path = `/api/v1/escalations/${seeded.escalationId}/resolve`;
    expect((await api.call('GET', '/api/v1/escalations', { key })).body.items).toMatchObject([
      { id: seeded.escalationId, reason: 'Angry', event: { from: { username: 'mia' } } },
    ]);
    expect((await api.call('POST', path, { key })).body.status).toBe('resolved');
    expect((await api.call('POST', path, { key })).status).toBe(409);
    expect((await api.call('GET', '/api/v1/escalations', { key })).body.items).toEqual([]);
  });
});
