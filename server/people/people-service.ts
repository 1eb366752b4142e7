import type pg from 'pg';
import type { PeopleService } from '../../engine/services.ts';
import { newId } from '../database/id.ts';

/** Hands conversations to people: an escalation is a row in the inbox, one per execution and node. */
export function createPeopleService(pool: pg.Pool, workspaceId: string): PeopleService {
  return {
    escalate: async ({ executionId, nodeId, reason, context }) => {
      const { rows } = await pool.query<{ id: string }>(
        // The update changes nothing; it makes `returning` answer with the row that an earlier attempt has made.
        `insert into escalations (id, workspace_id, execution_id, node_id, reason, context)
         values ($1, $2, $3, $4, $5, $6)
         on conflict (execution_id, node_id) do update set reason = escalations.reason
         returning id`,
        [newId(), workspaceId, executionId, nodeId, reason, JSON.stringify(context)],
      );
      return { escalationId: rows[0]?.id ?? '' };
    },
  };
}
