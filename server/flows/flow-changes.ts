import { writeAudit } from '../auth/audit.ts';
import type { ServerContext } from '../context.ts';
import type { Flow } from '../contract/shapes.ts';
import type { Principal } from '../http/route.ts';
import { cancelOfDeletedFlows } from './cancel-of-deleted-flows.ts';
import { getFlow } from './flow-store.ts';
import { viewFlow } from './flow-view.ts';

/** Reads a flow for an answer. @throws HttpProblem 404 */
export async function showFlow(context: ServerContext, workspaceId: string, id: string): Promise<Flow> {
  return viewFlow(context, await getFlow(context.pool, workspaceId, id));
}

/** Tells everybody who watches that the draft or the published version changed. */
export function announce(
  context: ServerContext,
  workspaceId: string,
  type: 'flow.saved' | 'flow.published',
  flow: Pick<Flow, 'id' | 'revision' | 'publishedVersion'>,
): void {
  const { id, revision, publishedVersion } = flow;
  context.live.publish(workspaceId, [
    { type, seq: 0, at: new Date().toISOString(), flowId: id, data: { revision, publishedVersion } },
  ]);
}

/** After publish and unpublish: caches forget the flow, watchers hear of it. */
export async function publishedVersionChanged(
  context: ServerContext,
  principal: Principal,
  id: string,
): Promise<Flow> {
  context.executions.flowChanged(id);
  const flow = await showFlow(context, principal.workspaceId, id);
  announce(context, principal.workspaceId, 'flow.published', flow);
  return flow;
}

/** After a pause has ended: what it held up is brought on its way. */
export function flowResumed(context: ServerContext, id: string): void {
  context.executions.flowResumed(id);
}

/** After a pause or its end: watchers hear of it. */
export async function pauseChanged(context: ServerContext, workspaceId: string, id: string): Promise<Flow> {
  const flow = await showFlow(context, workspaceId, id);
  announce(context, workspaceId, 'flow.published', flow);
  return flow;
}

/** After a deletion: what has not begun or waits is cancelled. */
export async function flowDeleted(context: ServerContext, principal: Principal, id: string): Promise<void> {
  context.executions.flowChanged(id);
  await cancelOfDeletedFlows(context.pool, { flowId: id });
  await writeAudit(context.db, principal, { action: 'flow.deleted', targetType: 'flow', targetId: id });
}
