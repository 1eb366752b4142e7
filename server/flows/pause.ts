import { sql } from 'drizzle-orm';
import { writeAudit } from '../auth/audit.ts';
import type { ServerContext } from '../context.ts';
import { conflict } from '../http/problem.ts';
import type { Principal } from '../http/route.ts';
import { getFlow } from './flow-store.ts';

/**
 * Pauses a published flow: its events are stored and queued, nothing starts; what runs goes to its end.
 * @throws HttpProblem 404; 409 when it is not published or paused already
 */
export function pauseFlow(context: ServerContext, principal: Principal, flowId: string): Promise<void> {
  return context.db.transaction(async (transaction) => {
    const { rowCount } = await transaction.execute(sql`
      update flows set paused_at = now()
      where workspace_id = ${principal.workspaceId} and id = ${flowId} and deleted_at is null
        and status = 'published' and paused_at is null`);
    if (rowCount === 0) {
      const flow = await getFlow(context.pool, principal.workspaceId, flowId);
      throw flow.pausedAt
        ? conflict('already-paused', 'The flow is paused already.')
        : conflict(
            'not-published',
            'The flow is not published, so that nothing starts it; publish it first.',
          );
    }
    await writeAudit(transaction, principal, { action: 'flow.paused', targetType: 'flow', targetId: flowId });
  });
}

/** Ends a pause: what waits may start. @throws HttpProblem 404; 409 when it is not paused */
export function resumeFlow(context: ServerContext, principal: Principal, flowId: string): Promise<void> {
  return context.db.transaction(async (transaction) => {
    const { rowCount } = await transaction.execute(sql`
      update flows set paused_at = null
      where workspace_id = ${principal.workspaceId} and id = ${flowId} and deleted_at is null
        and paused_at is not null`);
    if (rowCount === 0) {
      await getFlow(context.pool, principal.workspaceId, flowId);
      throw conflict('not-paused', 'The flow is not paused.');
    }
    await writeAudit(transaction, principal, {
      action: 'flow.resumed',
      targetType: 'flow',
      targetId: flowId,
    });
  });
}
