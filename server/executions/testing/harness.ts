import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import type pg from 'pg';
import { expect, vi } from 'vitest';
import type { NodeCatalogue } from '../../../engine/catalogue.ts';
import type { GraphInput } from '../../../engine/graph.ts';
import { graphSchema } from '../../../engine/graph.ts';
import type { NodeServices } from '../../../engine/services.ts';
import { newId } from '../../database/id.ts';
import { createFlowCalls } from '../../flow-calls/flow-calls.ts';
import type { LocalLive } from '../../live/live.ts';
import { createLive } from '../../live/live.ts';
import { createLog } from '../../log.ts';
import type { ServicesFor } from '../../node-services.ts';
import { signatureOf } from '../../webhooks/signature.ts';
import { createWebhooks } from '../../webhooks/webhooks.ts';
import type { ExecutionsRuntime } from '../executions.ts';
import { createExecutions } from '../executions.ts';
import { testCatalogue, World } from './test-nodes.ts';

export const APP_SECRET = 'app-secret-of-the-tests';
export const VERIFY_TOKEN = 'verify-token-of-the-tests';

/** Test nodes use none of them but calls of flows; whoever tries learns it. */
const noServices = new Proxy({} as NodeServices, {
  get: () => {
    throw new Error('Test nodes have no services.');
  },
});

export type Harness = {
  url: string;
  world: World;
  live: LocalLive;
  executions: ExecutionsRuntime;
  close(): Promise<void>;
};

/** The webhooks and executions of one process, listening on a free port. */
export async function startProcess(
  pool: pg.Pool,
  options: {
    world?: World;
    shape?: 'embedded' | 'server';
    role?: 'all' | 'server' | 'worker';
    version?: string;
    /** A type that this version does not have. */
    without?: string;
    /** Other node types than those of the tests. */
    catalogue?: NodeCatalogue;
    servicesFor?: ServicesFor;
    concurrency?: number;
  } = {},
): Promise<Harness> {
  const world = options.world ?? new World();
  const catalogue = options.catalogue ?? testCatalogue(world, options.without);
  const log = createLog('silent');
  const live = createLive();
  const executions = createExecutions({
    config: {
      ROLE: options.role ?? 'all',
      WORKER_CONCURRENCY: options.concurrency ?? 20,
      REDIS_URL: process.env.TEST_REDIS_URL,
      shape: options.shape ?? 'embedded',
    },
    log,
    pool,
    catalogue,
    live,
    servicesFor: (execution) =>
      new Proxy(options.servicesFor?.(execution) ?? noServices, {
        get: (services, key) => (key === 'flows' ? flowCalls.of(execution) : Reflect.get(services, key)),
      }),
    quietMs: 0,
    version: options.version ?? '1.0.0',
    onFlowChanged: (flowId) => webhooks.flowChanged(flowId),
  });
  const { runWithin, onStored } = executions;
  const flowCalls = createFlowCalls({ pool, runWithin, onStored });
  const webhooks = createWebhooks({
    pool,
    catalogue,
    log,
    secrets: { verifyToken: VERIFY_TOKEN, webhookSecrets: [APP_SECRET] },
    reserve: executions.reserve,
    onStored: executions.onStored,
    onWoken: executions.onWoken,
  });
  await executions.start();
  const server = createServer(express().use(webhooks.router));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    world,
    live,
    executions,
    close: async () => {
      await new Promise((resolve) => server.close(resolve));
      await executions.stop(0);
    },
  };
}

export type Workspace = { id: string; accountId: string; accountExternalId: string };

export async function createWorkspace(pool: pg.Pool): Promise<Workspace> {
  const workspace = { id: newId(), accountId: newId(), accountExternalId: `ig-${newId()}` };
  await pool.query(`insert into workspaces (id, name) values ($1, 'Test')`, [workspace.id]);
  await pool.query(
    `insert into accounts (id, workspace_id, platform, external_id, username, access_token_encrypted)
     values ($1, $2, 'instagram', $3, 'shop', '')`,
    [workspace.accountId, workspace.id, workspace.accountExternalId],
  );
  return workspace;
}

/** A chain of nodes behind `trigger.test`; `edges` where it is no chain. */
export function chain(
  steps: { id: string; type: string; config?: Record<string, unknown>; port?: string }[],
): GraphInput {
  const nodes = [{ id: 'start', type: 'trigger.test', port: 'out' }, ...steps];
  return {
    nodes: nodes.map((node) => ({
      id: node.id,
      type: node.type,
      name: node.id,
      config: 'config' in node ? node.config : {},
    })),
    edges: nodes.slice(1).map((node, index) => ({
      id: `to-${node.id}`,
      source: nodes[index]!.id,
      sourceHandle: nodes[index]!.port ?? 'out',
      target: node.id,
    })),
  };
}

export async function publishFlow(pool: pg.Pool, workspaceId: string, graph: GraphInput): Promise<string> {
  const flowId = newId();
  const document = JSON.stringify(graphSchema.parse(graph));
  await pool.query(
    `insert into flows (id, workspace_id, name, graph, status, published_version)
     values ($1, $2, 'Test flow', $3::jsonb, 'published', 1)`,
    [flowId, workspaceId, document],
  );
  await pool.query(
    `insert into flow_versions (id, workspace_id, flow_id, version, graph) values ($1, $2, $3, 1, $4::jsonb)`,
    [newId(), workspaceId, flowId, document],
  );
  return flowId;
}

export function commentDelivery(
  workspace: Workspace,
  comment: { id: string; text?: string; from?: string },
): Record<string, unknown> {
  return {
    object: 'instagram',
    entry: [
      {
        id: workspace.accountExternalId,
        time: 1_790_000_000,
        changes: [
          {
            field: 'comments',
            value: {
              id: comment.id,
              text: comment.text ?? 'hello',
              from: { id: comment.from ?? `person-${comment.id}`, username: 'mia' },
              media: { id: 'media-1', media_product_type: 'FEED' },
            },
          },
        ],
      },
    ],
  };
}

/** A direct message of a person, as Meta delivers it. */
export function messageDelivery(
  workspace: Workspace,
  message: { id: string; text: string; from: string; quickReply?: string; at?: Date },
): Record<string, unknown> {
  const { id: mid, text, from, quickReply, at = new Date() } = message;
  return messagingDelivery(workspace, from, at, {
    message: { mid, text, ...(quickReply && { quick_reply: { payload: quickReply } }) },
  });
}

/** Anything else that happens in a conversation. */
export function messagingDelivery(
  workspace: Workspace,
  from: string,
  at: Date,
  what: Record<string, unknown>,
): Record<string, unknown> {
  const item = {
    sender: { id: from },
    recipient: { id: workspace.accountExternalId },
    timestamp: at.getTime(),
  };
  return {
    object: 'instagram',
    entry: [{ id: workspace.accountExternalId, time: at.getTime(), messaging: [{ ...item, ...what }] }],
  };
}

/** Posts a delivery, signed unless told otherwise. */
export function deliver(
  harness: Harness,
  path: string,
  body: unknown,
  { secret = APP_SECRET }: { secret?: string } = {},
): Promise<Response> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return fetch(`${harness.url}${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-Hub-Signature-256': signatureOf(text, secret) },
    body: text,
  });
}

export type ExecutionState = { id: string; status: string; error: { code: string; message: string } | null };

export async function executionsOf(pool: pg.Pool, flowId: string): Promise<ExecutionState[]> {
  const { rows } = await pool.query<ExecutionState>(
    'select id, status, error from flow_executions where flow_id = $1 order by seq',
    [flowId],
  );
  return rows;
}

/** Waits until all executions of a flow stand as expected. */
export async function untilStatuses(
  pool: pg.Pool,
  flowId: string,
  statuses: string[],
): Promise<ExecutionState[]> {
  return vi.waitFor(
    async () => {
      const executions = await executionsOf(pool, flowId);
      expect(executions.map(({ status }) => status)).toEqual(statuses);
      return executions;
    },
    { timeout: 20_000, interval: 20 },
  );
}
