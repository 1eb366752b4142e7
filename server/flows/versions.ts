import type { Graph } from '../../engine/graph.ts';
import type { FlowVersion, Page } from '../contract/shapes.ts';
import type { PageKey } from '../http/page-cursor.ts';
import { toPage } from '../http/page-cursor.ts';
import { notFound } from '../http/problem.ts';
import type { Queryable } from './flow-store.ts';

type VersionRow = Omit<FlowVersion, 'createdAt'> & { id: string; createdAt: Date; cursorAt: string };

/** Published versions of a flow, newest first. */
export async function listVersions(
  db: Queryable,
  request: { workspaceId: string; flowId: string; limit: number; after: PageKey | null },
): Promise<Page<FlowVersion>> {
  const { rows } = await db.query<VersionRow>(
    `select v.id, v.version, v.note, v.created_at as "createdAt", v.created_at::text as "cursorAt",
       u.name as "createdBy", v.version is not distinct from f.published_version as "isPublished"
     from flow_versions v
     join flows f on f.workspace_id = v.workspace_id and f.id = v.flow_id
     left join users u on u.id = v.created_by
     where v.workspace_id = $1 and v.flow_id = $2
       and ($3::timestamptz is null or (v.created_at, v.id) < ($3, $4::uuid))
     order by v.created_at desc, v.id desc limit $5`,
    [
      request.workspaceId,
      request.flowId,
      request.after?.at ?? null,
      request.after?.id ?? null,
      request.limit + 1,
    ],
  );
  return toPage(rows, request.limit, ({ version, note, createdAt, createdBy, isPublished }) => ({
    version,
    note,
    createdAt: createdAt.toISOString(),
    createdBy,
    isPublished,
  }));
}

/** The graph of a version. @throws HttpProblem 404 */
export async function getVersionGraph(
  db: Queryable,
  workspaceId: string,
  flowId: string,
  version: number,
): Promise<Graph> {
  const { rows } = await db.query<{ graph: Graph }>(
    'select graph from flow_versions where workspace_id = $1 and flow_id = $2 and version = $3',
    [workspaceId, flowId, version],
  );
  const row = rows[0];
  if (!row) throw notFound('version of this flow');
  return row.graph;
}

/** Puts a version into the draft, over whatever stands there. @throws HttpProblem 404 */
export async function restoreVersion(
  db: Queryable,
  workspaceId: string,
  flowId: string,
  version: number,
): Promise<void> {
  const { rowCount } = await db.query(
    `update flows f set graph = v.graph, revision = f.revision + 1, updated_at = now()
     from flow_versions v
     where f.workspace_id = $1 and f.id = $2 and f.deleted_at is null
       and v.workspace_id = f.workspace_id and v.flow_id = f.id and v.version = $3`,
    [workspaceId, flowId, version],
  );
  if (rowCount === 0) throw notFound('version of this flow');
}
