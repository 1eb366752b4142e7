import type pg from 'pg';
import { GONE_AFTER_MS } from '../../executions/presence.ts';
import { inTransaction } from '../../executions/transaction.ts';

/** Seconds before a document that failed for now is tried again, doubled with each attempt. */
const FIRST_PAUSE_SECONDS = 5;
const LONGEST_PAUSE_SECONDS = 600;
/** Failures that use up no attempt: there is nothing wrong with the document or the provider, only no room in the budget. */
export const WAITING_CODES = ['budget_used_up', 'budget_held'];
/** For the budget: a look costs a few statements, and people who raise it do not want to wait for long. */
const WAITING_PAUSE_SECONDS = 300;
/** A document during whose work so many processes died, without a step forward, is what they died of. */
export const MOST_ATTEMPTS = 8;

export type Leased = { id: string; workspaceId: string; attempts: number; holder: string };

/**
 * Takes the oldest document that has work left and that no living process holds. The name of a process that is not in
 * `processes`, or whose beat stands still by the database's clock, holds nothing.
 * @param busy documents that this process has in hand already
 */
export async function leaseDocument(
  pool: pg.Pool,
  holder: string,
  busy: readonly string[],
): Promise<Leased | null> {
  const { rows } = await pool.query<{ id: string; workspace_id: string; attempts: number }>({
    name: 'lease-document',
    text: `
      update knowledge_documents set lease_owner = $1, attempts = attempts + 1, updated_at = clock_timestamp()
      where id = (
        select id from knowledge_documents document
        where status in ('queued', 'reading', 'embedding') and not (id = any($2::uuid[]))
          and (lease_owner is null or lease_owner = $1 or not exists (
            select 1 from processes where processes.id = document.lease_owner
              and seen_at > clock_timestamp() - make_interval(secs => $3)))
          and (attempts = 0 or error is null or updated_at < clock_timestamp()
            - make_interval(secs => case when error ->> 'code' = any($6) then $7
                else least($4, $5 * power(2, least(attempts, 10))) end))
        order by created_at, id limit 1 for update skip locked)
      returning id, workspace_id, attempts`,
    values: [
      holder,
      busy,
      GONE_AFTER_MS / 1_000,
      LONGEST_PAUSE_SECONDS,
      FIRST_PAUSE_SECONDS / 2,
      WAITING_CODES,
      WAITING_PAUSE_SECONDS,
    ],
  });
  const row = rows[0];
  return row ? { id: row.id, workspaceId: row.workspace_id, attempts: row.attempts, holder } : null;
}

/** The document was deleted, replaced, or taken over by another process. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError';
}

/**
 * Writes for a document that is still held, in one transaction: whoever lost it writes nothing.
 * @throws LeaseLostError
 */
export async function whileLeased<T>(
  pool: pg.Pool,
  leased: Leased,
  write: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  return inTransaction(pool, async (client) => {
    const { rowCount } = await client.query(
      'select 1 from knowledge_documents where workspace_id = $1 and id = $2 and lease_owner = $3 for update',
      [leased.workspaceId, leased.id, leased.holder],
    );
    if (rowCount === 0) throw new LeaseLostError(`Document ${leased.id} is not held any more.`);
    return write(client);
  });
}

/** Gives a document back as it is, for the next process; the attempt does not count. Never throws. */
export async function giveBack(pool: pg.Pool, leased: Leased): Promise<void> {
  await pool
    .query(
      `update knowledge_documents set lease_owner = null, attempts = greatest(0, attempts - 1)
       where workspace_id = $1 and id = $2 and lease_owner = $3`,
      [leased.workspaceId, leased.id, leased.holder],
    )
    .catch(() => {});
}
