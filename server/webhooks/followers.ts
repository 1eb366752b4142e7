import type pg from 'pg';
import type { TriggerEvent } from '../../engine/event.ts';
import type { KnownAccount } from './known-accounts.ts';

/** Whether people follow the accounts; null where nobody knows. */
export type Followers = (account: KnownAccount, event: TriggerEvent) => boolean | null;

export const nobodyKnown: Followers = () => null;

type Person = { account: KnownAccount; personId: string };

/** Reads it for these people; what is not known is asked of Instagram elsewhere, webhooks can't wait for it. */
export async function loadFollowers(pool: pg.Pool, people: Person[]): Promise<Followers> {
  const { rows } = await pool.query<{ account_id: string; external_id: string; is_follower: boolean }>({
    name: 'followers',
    text: `select account_id, external_id, is_follower from contacts
      where (account_id, external_id) in (select * from unnest($1::uuid[], $2::text[])) and is_follower is not null`,
    values: [
      people.map(({ account }) => account.id),
      people.map(({ personId }) => personId.replaceAll('\0', '')),
    ],
  });
  const known = new Map(rows.map((row) => [`${row.account_id} ${row.external_id}`, row.is_follower]));
  return (account, { from }) => known.get(`${account.id} ${from?.id}`) ?? null;
}
