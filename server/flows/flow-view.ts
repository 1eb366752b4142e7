import type { Graph, Problem } from '../../engine/graph.ts';
import { validateGraph } from '../../engine/validate.ts';
import type { ServerContext } from '../context.ts';
import type { Flow } from '../contract/shapes.ts';

/** A flow as the queries of this folder read it. */
export type FlowRow = {
  id: string;
  name: string;
  description: string;
  graph: Graph;
  status: 'draft' | 'published';
  publishedVersion: number | null;
  hasUnpublishedChanges: boolean;
  pausedAt: Date | null;
  queuedExecutions: number;
  revision: number;
  createdAt: Date;
  updatedAt: Date;
};

/**
 * Whether the draft (`flow`) differs from a version (`version`) in what it does or how it looks; where somebody last
 * scrolled to is no change. SQL over the aliases given; true when there is no version.
 */
export const differsFromVersion = (flow: string, version: string) =>
  `((${flow}.graph - 'viewport') is distinct from (${version}.graph - 'viewport'))`;

/** Up to this many waiting events of a paused flow are counted; past it the number says nothing more to a person. */
const COUNTED_QUEUED = 10_000;

/** What waits for the flow of the alias to be resumed. */
const QUEUED_WHILE_PAUSED = `case when f.paused_at is null then 0 else (
    select count(*)::int from (
      select 1 from flow_executions e
      where e.workspace_id = f.workspace_id and e.flow_id = f.id and e.status = 'queued' and e.mode = 'live'
      limit ${COUNTED_QUEUED}
    ) queued
  ) end`;

/** Columns of a FlowRow over `flows f left join flow_versions v` on the published version. */
export const FLOW_COLUMNS = `f.id, f.name, f.description, f.status, f.published_version as "publishedVersion",
  f.revision, f.created_at as "createdAt", f.updated_at as "updatedAt",
  f.paused_at as "pausedAt", ${QUEUED_WHILE_PAUSED} as "queuedExecutions",
  ${differsFromVersion('f', 'v')} as "hasUnpublishedChanges"`;

export const JOIN_PUBLISHED = `left join flow_versions v
  on v.workspace_id = f.workspace_id and v.flow_id = f.id and v.version = f.published_version`;

/** What webhooks of one flow are sent to. */
export function webhookUrl(context: ServerContext, flowId: string): string {
  return `${context.publicUrl()}/webhooks/instagram/${flowId}`;
}

/** The flow as the API answers it, with the problems of its draft. */
export function viewFlow(context: ServerContext, row: FlowRow): Flow {
  return {
    ...row,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    pausedAt: row.pausedAt?.toISOString() ?? null,
    webhookUrl: webhookUrl(context, row.id),
    verifyToken: context.secrets.verifyToken,
    problems: findProblems(context, row.graph),
  };
}

/** Everything wrong with a graph, as the catalogue stands now. */
export function findProblems(context: ServerContext, graph: Graph): Problem[] {
  return validateGraph(graph, context.catalogue);
}
