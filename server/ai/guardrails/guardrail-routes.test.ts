import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEFAULT_GUARDRAILS } from '../../contract/ai-guardrails.ts';
import type { ApiServer } from '../../http/testing/api-server.ts';
import { startApi } from '../../http/testing/api-server.ts';

let api: ApiServer;
let workspace: Awaited<ReturnType<ApiServer['createWorkspace']>>;
beforeAll(async () => {
  api = await startApi();
  workspace = await api.createWorkspace();
});
afterAll(() => api.close());

const path = '/api/v1/ai/guardrails';
const put = (body: unknown, key = workspace.admin) => api.call('PUT', path, { key, body });

test('a workspace begins with the defaults', async () => {
  const { status, body } = await api.call('GET', path, { key: workspace.viewer });
  expect({ status, body }).toEqual({ status: 200, body: DEFAULT_GUARDRAILS });
});

test('an admin sets them, for this workspace alone', async () => {
  const wanted = {
    ...DEFAULT_GUARDRAILS,
    blockedPhrases: [' cheap '],
    allowedDomains: ['https://WWW.Shop.example/path'],
    modes: { default: 'draft', byIntent: { complaint: 'escalate' } },
  };
  const answer = await put(wanted);
  const stored = { ...wanted, blockedPhrases: ['cheap'], allowedDomains: ['shop.example'] };
  expect(answer).toMatchObject({ status: 200, body: stored });
  expect((await api.call('GET', path, { key: workspace.viewer })).body).toEqual(stored);
  const other = await api.createWorkspace();
  expect((await api.call('GET', path, { key: other.viewer })).body).toEqual(DEFAULT_GUARDRAILS);
  const { rows } = await api.pool.query('select action from audit_log where workspace_id = $1', [
    workspace.id,
  ]);
  expect(rows).toContainEqual({ action: 'ai.guardrails_changed' });
});

test('who is no admin does not', async () => {
  expect((await put(DEFAULT_GUARDRAILS, workspace.editor)).status).toBe(403);
});

test.each([
  ['a phrase that stands in every text', { blockedPhrases: ['a'] }, 'blockedPhrases.0'],
  ['a domain that is none', { allowedDomains: ['shop'] }, 'allowedDomains.0'],
  ['a threshold above 1', { confidenceThreshold: 70 }, 'confidenceThreshold'],
  ['a mode that does not exist', { modes: { default: 'maybe', byIntent: {} } }, 'modes.default'],
  ['too many phrases', { neverPromise: Array(501).fill('free shipping') }, 'neverPromise'],
])('%s is refused with the field', async (_what, changes, field) => {
  const { status, body } = await put({ ...DEFAULT_GUARDRAILS, ...changes });
  expect(status).toBe(400);
  expect(body.errors.map((error: { path: string }) => error.path)).toContain(field);
});
