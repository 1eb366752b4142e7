import type pg from 'pg';
import type { Graph } from '../../engine/graph.ts';
import { newId } from '../database/id.ts';
import { HttpProblem, notFound } from '../http/problem.ts';
import type { FlowRow } from './flow-view.ts';
import { FLOW_COLUMNS, JOIN_PUBLISHED } from './flow-view.ts';

/** A pool, or a client inside a transaction. */
export type Queryable = Pick<pg.Pool, 'query'>;

/** A flow that is not deleted. @throws HttpProblem 404 */
export async function getFlow(db: Queryable, workspaceId: string, id: string): Promise<FlowRow> {
  const { rows } = await db.query<FlowRow>(
    `select ${FLOW_COLUMNS}, f.graph from flows f ${JOIN_PUBLISHED}
     where f.workspace_id = $1 and f.id = $2 and f.deleted_at is null`,
    [workspaceId, id],
  );
  const row = rows[0];
  if (!row) throw notFound('flow');
  return row;
}

/** Stores a new draft. @returns its id */
export async function insertFlow(
  db: Queryable,
  flow: {
    workspaceId: string;
    name: string;
    description: string;
    graph: Graph;
    createdBy: string | undefined;
  },
): Promise<string> {
  const id = newId();
  await db.query(
    `insert into flows (id, workspace_id, name, description, graph, created_by) values ($1, $2, $3, $4, $5, $6)`,
    [id, flow.workspaceId, flow.name, flow.description, JSON.stringify(flow.graph), flow.createdBy ?? null],
  );
  return id;
}

/**
 * Saves the fields given, if `revision` is still the current one.
 * @throws HttpProblem 404; 409 `revision-conflict` with the current revision
 */
export async function updateFlow(
  db: Queryable,
  flow: {
    workspaceId: string;
    id: string;
    revision: number;
    name?: string | undefined;
    description?: string | undefined;
    graph?: Graph | undefined;
  },
): Promise<void> {
  const { rowCount } = await db.query(
    `update flows set name = coalesce($4, name), description = coalesce($5, description),
       graph = coalesce($6, graph), revision = revision + 1, updated_at = now()
     where workspace_id = $1 and id = $2 and revision = $3 and deleted_at is null`,
    [
      flow.workspaceId,
      flow.id,
      flow.revision,
      flow.name ?? null,
      flow.description ?? null,
      flow.graph ? JSON.stringify(flow.graph) : null,
    ],
  );
  if (rowCount === 0) {
    const current = await getFlow(db, flow.workspaceId, flow.id);
    throw revisionConflict(flow.revision, current.revision);
  }
}

function revisionConflict(given: number, current: number): HttpProblem {
  return new HttpProblem(
    409,
    'revision-conflict',
    'Changed elsewhere',
    `The flow was changed since you loaded it: you have revision ${given}, the current one is ${current}.`,
    { revision: current },
  );
}

/**
 * Marks a flow as deleted; its past executions stay. It is paused with it, so that nothing of it starts before it is
 * cancelled (cancel-of-deleted-flows.ts), whatever happens in between.
 * @throws HttpProblem 404
 */
export async function deleteFlow(db: Queryable, workspaceId: string, id: string): Promise<void> {
  const { rowCount } = await db.query(
    `update flows set deleted_at = now(), paused_at = now(), updated_at = now(), status = 'draft', published_version = null
     where workspace_id = $1 and id = $2 and deleted_at is null`,
    [workspaceId, id],
  );
  if (rowCount === 0) throw notFound('flow');
}
