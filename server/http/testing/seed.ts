import type pg from 'pg';
import type { TriggerEvent } from '../../../engine/event.ts';
import { graphSchema } from '../../../engine/graph.ts';
import { newId } from '../../database/id.ts';
import { testGraph } from './catalogue.ts';

/** The comment that seeded executions answer. */
export const SEEDED_EVENT: TriggerEvent = {
  kind: 'comment',
  at: '2026-11-01T10:00:00.000Z',
  account: { id: '17841400000000001', username: 'shop' },
  from: { id: '9001', username: 'mia' },
  comment: { id: '1789', text: 'how much is it?' },
  raw: { id: '1789' },
};

/** Rows as the engine leaves them: a waiting execution of a test run, with an approval and an escalation. */
export async function seedExecution(
  pool: pg.Pool,
  workspaceId: string,
  options: { flowId: string; status?: string; createdAt?: string },
): Promise<{ executionId: string; approvalId: string; escalationId: string }> {
  const [executionId, approvalId, escalationId] = [newId(), newId(), newId()];
  const graph = graphSchema.parse(testGraph('x'));
  await pool.query(
    `insert into flow_executions (id, workspace_id, flow_id, graph, trigger_node_id, mode, status, event, created_at)
     values ($1, $2, $3, $4, 'start', 'live', $5, $6, coalesce($7::timestamptz, now()))`,
    [
      executionId,
      workspaceId,
      options.flowId,
      graph,
      options.status ?? 'waiting',
      SEEDED_EVENT,
      options.createdAt ?? null,
    ],
  );
  await pool.query(
    `insert into execution_steps (execution_id, node_id, workspace_id, status, attempt, started_at, finished_at, output, ports)
     values ($1, 'start', $2, 'succeeded', 1, now(), now(), '{"ok":true}', '{out}'),
            ($1, 'step', $2, 'waiting', 2, now(), null, null, null)`,
    [executionId, workspaceId],
  );
  await pool.query(
    `insert into effects (execution_id, node_id, key, workspace_id, status, description, result)
     values ($1, 'step', 'reply', $2, 'done', 'Reply to comment 1789', '{"id":"r1"}')`,
    [executionId, workspaceId],
  );
  await pool.query(
    `insert into approvals (id, workspace_id, flow_id, execution_id, node_id, draft, context)
     values ($1, $2, $3, $4, 'step', 'It is 20 euros.', '{"intent":"price"}')`,
    [approvalId, workspaceId, options.flowId, executionId],
  );
  await pool.query(
    `insert into escalations (id, workspace_id, execution_id, node_id, reason) values ($1, $2, $3, 'step', 'Angry')`,
    [escalationId, workspaceId, executionId],
  );
  return { executionId, approvalId, escalationId };
}

/** A person who wrote to an account of the workspace, with the conversation. */
export async function seedConversation(
  pool: pg.Pool,
  workspaceId: string,
  username: string,
): Promise<{ contacts: string; conversations: string }> {
  const [accountId, contacts, conversations] = [newId(), newId(), newId()];
  await pool.query(
    `insert into accounts (id, workspace_id, platform, external_id, username, access_token_encrypted)
     values ($1, $2, 'instagram', $3, 'shop', '')`,
    [accountId, workspaceId, newId()],
  );
  await pool.query(
    `insert into contacts (id, workspace_id, account_id, external_id, username) values ($1, $2, $3, $5, $4)`,
    [contacts, workspaceId, accountId, username, newId()],
  );
  await pool.query(
    `insert into conversations (id, workspace_id, account_id, contact_id, last_incoming_at)
     values ($1, $2, $3, $4, now())`,
    [conversations, workspaceId, accountId, contacts],
  );
  await pool.query(
    `insert into messages (id, workspace_id, conversation_id, external_id, direction, text, at)
     values ($1, $2, $3, $4, 'in', 'Hello', now())`,
    [newId(), workspaceId, conversations, newId()],
  );
  return { contacts, conversations };
}
