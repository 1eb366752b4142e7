import type pg from 'pg';
import type { PersonProfile } from '../../engine/services.ts';
import { newId } from '../database/id.ts';

/** How long a profile is good: followers come and go, names hardly ever change. */
const GOOD_FOR_HOURS = 24;

type Account = { id: string; workspaceId: string };

/** The name of the contact field that keeps how many followers a person has. */
const FOLLOWER_COUNT = 'followerCount';

/**
 * The profile of a person from their contact, where it is not older than a day; else from `fetch`, and kept there.
 * @param personId the platform's id of the person
 */
export async function cachedProfile(
  pool: Pick<pg.Pool, 'query'>,
  account: Account,
  personId: string,
  fetch: () => Promise<PersonProfile>,
): Promise<PersonProfile> {
  return (await readKept(pool, account, personId)) ?? keep(pool, account, personId, await fetch());
}

async function readKept(
  pool: Pick<pg.Pool, 'query'>,
  account: Account,
  personId: string,
): Promise<PersonProfile | undefined> {
  const { rows } = await pool.query<{
    username: string | null;
    name: string | null;
    picture: string | null;
    isFollower: boolean | null;
    followerCount: number | null;
  }>(
    `select username, name, profile_picture_url as picture, is_follower as "isFollower",
       case when jsonb_typeof(fields->'${FOLLOWER_COUNT}') = 'number'
         then (fields->>'${FOLLOWER_COUNT}')::float8 end as "followerCount"
     from contacts where account_id = $1 and external_id = $2
       and profile_fetched_at > now() - make_interval(hours => $3)`,
    [account.id, personId, GOOD_FOR_HOURS],
  );
  const row = rows[0];
  return (
    row && {
      ...(row.username !== null && { username: row.username }),
      ...(row.name !== null && { name: row.name }),
      ...(row.picture !== null && { profilePictureUrl: row.picture }),
      ...(row.followerCount !== null && { followerCount: row.followerCount }),
      ...(row.isFollower !== null && { isFollower: row.isFollower }),
    }
  );
}

async function keep(
  pool: Pick<pg.Pool, 'query'>,
  account: Account,
  personId: string,
  profile: PersonProfile,
): Promise<PersonProfile> {
  const { username, name, profilePictureUrl, followerCount, isFollower } = profile;
  await pool.query(
    `insert into contacts as known (id, workspace_id, account_id, external_id, username, name, profile_picture_url,
       is_follower, fields, profile_fetched_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, now())
     on conflict (account_id, external_id) do update set
       username = coalesce(excluded.username, known.username), name = coalesce(excluded.name, known.name),
       profile_picture_url = excluded.profile_picture_url, is_follower = excluded.is_follower,
       fields = known.fields || excluded.fields, profile_fetched_at = now(), updated_at = now()`,
    [
      newId(),
      account.workspaceId,
      account.id,
      personId,
      username ?? null,
      name ?? null,
      profilePictureUrl ?? null,
      isFollower ?? null,
      JSON.stringify(followerCount === undefined ? {} : { [FOLLOWER_COUNT]: followerCount }),
    ],
  );
  return profile;
}
