import type pg from 'pg';
import { newId } from '../database/id.ts';
import { HUMAN_AGENT_WINDOW_MS, STANDARD_WINDOW_MS } from '../instagram/policy/rules.ts';

type Key = { workspaceId: string; accountId: string };

/**
 * Instagram said that the window of somebody is closed of whom we knew nothing: their last message is older than the window.
 * That much is written down, as if it were exactly so old, and is not tried again. What is known stays.
 * @param wasTagged it was tried with `HUMAN_AGENT`: then it is older than 7 days
 */
export async function learnClosedWindow(
  pool: Pick<pg.Pool, 'query'>,
  { workspaceId, accountId, personId, wasTagged }: Key & { personId: string; wasTagged: boolean },
): Promise<void> {
  const olderThanMs = wasTagged ? HUMAN_AGENT_WINDOW_MS : STANDARD_WINDOW_MS;
  await pool.query(
    `with new_person as (
       insert into contacts (id, workspace_id, account_id, external_id) values ($1, $3, $4, $5)
       on conflict (account_id, external_id) do update set external_id = excluded.external_id returning id
     )
     insert into conversations as v (id, workspace_id, account_id, contact_id, last_incoming_at)
     select $2, $3, $4, id, now() - $6::float8 * interval '1 millisecond' from new_person
     on conflict (contact_id) do update set last_incoming_at = coalesce(v.last_incoming_at, excluded.last_incoming_at)`,
    [newId(), newId(), workspaceId, accountId, personId, olderThanMs],
  );
}

/** Instagram said that this comment had its private reply, from whichever program. */
export async function learnPrivateReplyUsed(
  pool: Pick<pg.Pool, 'query'>,
  { workspaceId, accountId, commentId }: Key & { commentId: string },
): Promise<void> {
  await pool.query(
    `update comments set private_reply_at = coalesce(private_reply_at, now())
     where workspace_id = $1 and account_id = $2 and external_id = $3`,
    [workspaceId, accountId, commentId],
  );
}
