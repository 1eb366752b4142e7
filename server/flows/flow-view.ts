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

/** Columns of a FlowRow over `flows f left join flow_versions v` on the published version. */
export const FLOW_COLUMNS = `f.id, f.name, f.description, f.status, f.published_version as "publishedVersion",
  f.revision, f.created_at as "createdAt", f.updated_at as "updatedAt",
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
    webhookUrl: webhookUrl(context, row.id),
    verifyToken: context.secrets.verifyToken,
    problems: findProblems(context, row.graph),
  };
}

/** Everything wrong with a graph, as the catalogue stands now. */
export function findProblems(context: ServerContext, graph: Graph): Problem[] {
  return validateGraph(graph, context.catalogue);
}
