import { afterAll, beforeAll, expect, it } from 'vitest';
import WebSocket from 'ws';
import { createTickets } from '../live/tickets.ts';
import { DurationHistogram } from './duration-histogram.ts';
import type { Installation } from './testing/installation.ts';
import { startInstallation } from './testing/installation.ts';
import { parseMetrics } from './testing/parse-metrics.ts';

const REPLY = { node_type: 'instagram.reply_to_comment' };

let installation: Installation;
beforeAll(async () => {
  installation = await startInstallation();
});
afterAll(() => installation.close());

it('a scrape parses and tells of the process, the event loop, the pool and the version', async () => {
  const metrics = await installation.metrics();

  for (const name of ['process_cpu_seconds_total', 'nodejs_eventloop_lag_p99_seconds', 'process_open_fds']) {
    expect(metrics.names).toContain(name);
  }
  expect(metrics.value('replygraph_build_info', { node_version: process.version })).toBe(1);
  expect(metrics.value('replygraph_database_connections_max', { pool: 'hot' })).toBe(12);
  expect(metrics.value('replygraph_database_connections_max', { pool: 'other' })).toBe(10);
  for (const pool of ['hot', 'other']) {
    expect(
      metrics.value('replygraph_database_connections', { pool, state: 'in_use' }),
    ).toBeGreaterThanOrEqual(0);
  }
  expect(metrics.value('replygraph_processes', { role: 'all' })).toBe(1);
  expect(metrics.value('replygraph_queue_depth', { lane: 'comments' })).toBe(0);
  expect(metrics.value('replygraph_queue_oldest_age_seconds')).toBe(0);
  expect(metrics.value('replygraph_open_executions', { status: 'running' })).toBe(0);
});

it('a comment that is answered is seen in every figure on its way', async () => {
  expect((await installation.comment('hello')).status).toBe(200);
  await installation.untilExecutions(['succeeded']);

  const metrics = await installation.untilMetrics(
    (now) => now.value('replygraph_executions_finished_total', { status: 'succeeded' }) === 1,
  );
  expect(
    metrics.value('replygraph_webhook_duration_seconds_count', { route: 'flow', outcome: 'accepted' }),
  ).toBe(1);
  expect(metrics.value('replygraph_executions_started_total')).toBe(1);
  expect(metrics.value('replygraph_step_duration_seconds_count', { ...REPLY, outcome: 'succeeded' })).toBe(1);
  expect(metrics.value('replygraph_effects_total', { ...REPLY, outcome: 'done' })).toBe(1);
  const call = { operation: 'reply_to_comment', outcome: 'ok' };
  expect(metrics.value('replygraph_graph_call_duration_seconds_count', call)).toBe(1);
  expect(metrics.value('replygraph_executions_finished_total', { status: 'failed' })).toBe(0);
});

it('a reply that Instagram refuses is a failed step, a failed effect and a failed execution', async () => {
  await installation.comment('refuse this');
  await installation.untilExecutions(['succeeded', 'failed']);

  const metrics = await installation.untilMetrics(
    (now) => now.value('replygraph_executions_finished_total', { status: 'failed' }) === 1,
  );
  expect(metrics.value('replygraph_step_duration_seconds_count', { ...REPLY, outcome: 'failed' })).toBe(1);
  expect(metrics.value('replygraph_effects_total', { ...REPLY, outcome: 'failed' })).toBe(1);
  const call = { operation: 'reply_to_comment', outcome: 'refused' };
  expect(metrics.value('replygraph_graph_call_duration_seconds_count', call)).toBe(1);
});

it('webhooks that are refused are counted as such', async () => {
  await installation.comment('forged', { 'X-Hub-Signature-256': 'sha256=00' });
  await fetch(`${installation.url}/webhooks/instagram/unknown`, { method: 'POST', body: '{}' });

  const metrics = await installation.untilMetrics(
    (now) => now.value('replygraph_webhook_duration_seconds_count', { outcome: 'unknown_flow' }) === 1,
  );
  expect(metrics.value('replygraph_webhook_duration_seconds_count', { outcome: 'refused' })).toBe(1);
});

it('whoever watches is counted, and their topics', async () => {
  const { rows } = await installation.pool.query<{ id: string }>('select id from workspaces');
  const principal = { workspaceId: rows[0]?.id ?? '', role: 'viewer' as const, apiKeyId: 'x', name: 'Test' };
  const ticket = await createTickets(installation.pool).issue(principal);
  const socket = new WebSocket(`${installation.url.replace('http', 'ws')}/ws?ticket=${ticket}`);
  socket.once('open', () => {
    for (const topic of ['workspace', `flow:${installation.flowId}`]) {
      socket.send(JSON.stringify({ type: 'subscribe', topic }));
    }
  });

  await installation.untilMetrics((now) => now.value('replygraph_live_topics') === 2);
  expect((await installation.metrics()).value('replygraph_live_clients')).toBe(1);
  socket.close();
  await installation.untilMetrics(
    (now) => now.value('replygraph_live_clients') === 0 && now.value('replygraph_live_topics') === 0,
  );
});

it('no figure names a flow, an execution or a workspace', async () => {
  const text = await (await fetch(`${installation.url}/metrics`)).text();

  expect(text).toContain('replygraph_effects_total');
  expect(text).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-7/);
});

it('a histogram counts into its buckets and escapes its labels', () => {
  const histogram = new DurationHistogram('some_seconds', 'Some.', ['kind', 'outcome'], [0.1, 1]);
  for (const seconds of [0.05, 0.1, 0.5, 3]) histogram.observe('odd "one"\\', 'ok', seconds);

  const metrics = parseMetrics(histogram.text());

  const counts = ['0.1', '1', '+Inf'].map((le) => metrics.value('some_seconds_bucket', { le }));
  expect(counts).toEqual([2, 3, 4]);
  expect(metrics.value('some_seconds_sum')).toBeCloseTo(3.65);
  expect(metrics.value('some_seconds_count', { kind: 'odd \\"one\\"\\\\' })).toBe(4);
});
