import { sql } from 'drizzle-orm';
import type { Graph } from '../../engine/graph.ts';
import { writeAudit } from '../auth/audit.ts';
import type { DatabaseOrTransaction } from '../auth/better-auth.ts';
import type { ServerContext } from '../context.ts';
import { newId } from '../database/id.ts';
import { notFound } from '../http/problem.ts';
import type { Principal } from '../http/route.ts';
import { differsFromVersion } from './flow-view.ts';
import { refuseGraphErrors } from './refuse-graph-errors.ts';

/**
 * Makes the draft what webhooks run. A draft equal to the newest version gets no new one. Calls side by side queue up at
 * the row of the flow.
 * @returns the number of the version that is published now
 * @throws HttpProblem 404; 422 with every problem when the graph has errors
 */
export function publishFlow(
  context: ServerContext,
  principal: Principal,
  flowId: string,
  note: string,
): Promise<number> {
  return context.db.transaction(async (transaction) => {
    const draft = await lockDraft(transaction, principal.workspaceId, flowId);
    refuseGraphErrors(draft.graph, context.catalogue);
    const version = draft.isNew ? draft.newestVersion + 1 : draft.newestVersion;
    if (draft.isNew) {
      await transaction.execute(sql`
        insert into flow_versions (id, workspace_id, flow_id, version, graph, note, created_by)
        select ${newId()}, workspace_id, id, ${version}, graph, ${note}, ${principal.userId ?? null}::uuid
        from flows where workspace_id = ${principal.workspaceId} and id = ${flowId}`);
    }
    if (version === draft.publishedVersion) return version;
    await transaction.execute(sql`
      update flows set status = 'published', published_version = ${version}, updated_at = now()
      where workspace_id = ${principal.workspaceId} and id = ${flowId}`);
    await writeAudit(transaction, principal, {
      action: 'flow.published',
      targetType: 'flow',
      targetId: flowId,
      data: { version },
    });
    return version;
  });
}

/**
 * Stops the flow: webhooks no longer start it; executions under way go on, and so do those that a pause held up.
 * @throws HttpProblem 404
 */
export function unpublishFlow(context: ServerContext, principal: Principal, flowId: string): Promise<void> {
  return context.db.transaction(async (transaction) => {
    const draft = await lockDraft(transaction, principal.workspaceId, flowId);
    if (draft.publishedVersion === null) return;
    await transaction.execute(sql`
      update flows set status = 'draft', published_version = null, paused_at = null, updated_at = now()
      where workspace_id = ${principal.workspaceId} and id = ${flowId}`);
    await writeAudit(transaction, principal, {
      action: 'flow.unpublished',
      targetType: 'flow',
      targetId: flowId,
    });
  });
}

type Draft = {
  graph: Graph;
  publishedVersion: number | null;
  /** 0 before the first. */
  newestVersion: number;
  isNew: boolean;
};

async function lockDraft(db: DatabaseOrTransaction, workspaceId: string, flowId: string): Promise<Draft> {
  // Locked first, read second: a statement that waits for the lock would still see the versions of before.
  await db.execute(sql`
    select id from flows where workspace_id = ${workspaceId} and id = ${flowId} and deleted_at is null for update`);
  const { rows } = await db.execute<Draft>(sql`
    select f.graph, f.published_version as "publishedVersion", coalesce(v.version, 0) as "newestVersion",
      ${sql.raw(differsFromVersion('f', 'v'))} as "isNew"
    from flows f
    left join lateral (
      select version, graph from flow_versions
      where workspace_id = f.workspace_id and flow_id = f.id order by version desc limit 1
    ) v on true
    where f.workspace_id = ${workspaceId} and f.id = ${flowId} and f.deleted_at is null`);
  const draft = rows[0];
  if (!draft) throw notFound('flow');
  return draft;
}
