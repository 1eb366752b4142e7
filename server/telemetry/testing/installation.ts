import { setTimeout as pause } from 'node:timers/promises';
import { graphSchema } from '../../../engine/graph.ts';
import { encryptToken } from '../../accounts/token-cipher.ts';
import type { Running } from '../../boot.ts';
import { boot } from '../../boot.ts';
import { readConfig } from '../../config.ts';
import { newId } from '../../database/id.ts';
import type { Logger } from '../../log.ts';
import { createLog } from '../../log.ts';
import { createTestDatabase } from '../../testing/database.ts';
import { signatureOf } from '../../webhooks/signature.ts';
import type { GraphStub } from './graph-stub.ts';
import { startGraphStub } from './graph-stub.ts';
import type { Metrics } from './parse-metrics.ts';
import { parseMetrics } from './parse-metrics.ts';

const ACCOUNT = '17841400000000042';
const TOKEN = 'access-token-of-the-stub';
const APP_SECRET = 'app-secret-of-the-tests';

/** The whole server as boot.ts puts it together, with a flow that answers every comment with the comment. */
export type Installation = {
  url: string;
  flowId: string;
  graph: GraphStub;
  pool: Awaited<ReturnType<typeof createTestDatabase>>['pool'];
  running: Running;
  /** Delivers a signed comment. */
  comment(text: string, headers?: Record<string, string>): Promise<Response>;
  metrics(headers?: Record<string, string>): Promise<Metrics>;
  /** Waits until the figures are such. */
  untilMetrics(isSo: (metrics: Metrics) => boolean): Promise<Metrics>;
  /** Waits until the executions stand so, in the order of their arrival; answers their ids. */
  untilExecutions(statuses: string[]): Promise<string[]>;
  close(): Promise<void>;
};

export async function startInstallation(
  environment: Record<string, string> = {},
  log: Logger = createLog('silent'),
): Promise<Installation> {
  const database = await createTestDatabase();
  const graph = await startGraphStub();
  const encryptionKey = 'an encryption key of the tests';
  const running = await boot({
    config: readConfig({
      PORT: '0',
      DATABASE_URL: database.url,
      INSTAGRAM_GRAPH_URL: graph.url,
      ...environment,
    }),
    secrets: {
      appSecret: 'an app secret of the tests, long enough',
      encryptionKey,
      verifyToken: 'verify-me',
      webhookSecrets: [APP_SECRET],
      sandboxAppSecret: 'a sandbox secret of the tests',
    },
    log,
    databaseUrl: database.url,
  });
  const { pool } = database;
  const workspaceId = newId();
  const accountId = newId();
  await pool.query(`insert into workspaces (id, name) values ($1, 'Test')`, [workspaceId]);
  await pool.query(
    `insert into accounts (id, workspace_id, platform, external_id, username, access_token_encrypted)
     values ($1, $2, 'instagram', $3, 'shop', $4)`,
    [accountId, workspaceId, ACCOUNT, encryptToken(encryptionKey, TOKEN)],
  );
  const flowId = await publishEcho(pool, workspaceId);
  let number = 0;
  let isStopped = false;

  async function metrics(headers: Record<string, string> = {}): Promise<Metrics> {
    return parseMetrics(await (await fetch(`${running.url}/metrics`, { headers })).text());
  }

  return {
    url: running.url,
    flowId,
    graph,
    pool,
    running: {
      url: running.url,
      stop: () => {
        isStopped = true;
        return running.stop();
      },
    },
    comment: (text, headers = {}) => {
      number += 1;
      const body = commentBody(`comment-${number}`, text);
      return fetch(`${running.url}/webhooks/instagram/${flowId}`, {
        method: 'POST',
        headers: {
          'Content-Type': 'application/json',
          'X-Hub-Signature-256': signatureOf(body, APP_SECRET),
          ...headers,
        },
        body,
      });
    },
    metrics,
    untilMetrics: (isSo) =>
      until(async () => {
        const now = await metrics();
        return isSo(now) && now;
      }),
    untilExecutions: (statuses) =>
      until(async () => {
        const { rows } = await pool.query<{ id: string; status: string }>(
          'select id, status from flow_executions order by seq',
        );
        return rows.map(({ status }) => status).join() === statuses.join() && rows.map(({ id }) => id);
      }),
    close: async () => {
      graph.release();
      if (!isStopped) await running.stop();
      await graph.close();
      await database.close();
    },
  };
}

/** Asks until the answer is not false. */
export async function until<T>(ask: () => Promise<T | false> | T | false, withinMs = 20_000): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer !== false) return answer;
    if (performance.now() > deadline) throw new Error(`It did not come to be within ${withinMs} ms.`);
    await pause(20);
  }
}

async function publishEcho(pool: Installation['pool'], workspaceId: string): Promise<string> {
  const flowId = newId();
  const graph = graphSchema.parse({
    nodes: [
      { id: 'comment', type: 'trigger.comment', name: 'Comment' },
      {
        id: 'reply',
        type: 'instagram.reply_to_comment',
        name: 'Reply',
        config: { text: '{{ trigger.comment.text }}' },
      },
    ],
    edges: [{ id: 'comment-reply', source: 'comment', target: 'reply' }],
  });
  await pool.query(
    `insert into flows (id, workspace_id, name, graph, status, published_version)
     values ($1, $2, 'Echo', $3::jsonb, 'published', 1)`,
    [flowId, workspaceId, JSON.stringify(graph)],
  );
  await pool.query(
    `insert into flow_versions (id, workspace_id, flow_id, version, graph) values ($1, $2, $3, 1, $4::jsonb)`,
    [newId(), workspaceId, flowId, JSON.stringify(graph)],
  );
  return flowId;
}

function commentBody(id: string, text: string): string {
  const value = {
    id,
    text,
    from: { id: `person-of-${id}`, username: 'mia' },
    media: { id: '17900000000000001', media_product_type: 'FEED' },
  };
  return JSON.stringify({
    object: 'instagram',
    entry: [{ id: ACCOUNT, time: 1_790_000_000, changes: [{ field: 'comments', value }] }],
  });
}
