import { createHash, randomBytes } from 'node:crypto';
import type { Login } from '../contract/accounts.ts';
import type { Queryable } from '../flows/flow-store.ts';

/** A login that was begun: whoever comes back with its state must be the same person. */
export type BegunLogin = {
  workspaceId: string;
  userId: string;
  login: Login;
  codeVerifier: string;
  isExpired: boolean;
};

const LIFETIME_MINUTES = 10;

/** Remembers a login. The state itself is stored nowhere, only its hash. */
export async function beginLogin(
  db: Queryable,
  person: { workspaceId: string; userId: string; login: Login },
): Promise<{ state: string; codeChallenge: string }> {
  const state = randomBytes(32).toString('base64url');
  const codeVerifier = randomBytes(48).toString('base64url');
  // Those nobody came back from; they are of no use to anybody.
  await db.query("delete from oauth_states where expires_at < now() - interval '1 day'");
  await db.query(
    `insert into oauth_states (state_hash, workspace_id, user_id, login, code_verifier, expires_at)
     values ($1, $2, $3, $4, $5, now() + make_interval(mins => $6))`,
    [hashOf(state), person.workspaceId, person.userId, person.login, codeVerifier, LIFETIME_MINUTES],
  );
  return { state, codeChallenge: createHash('sha256').update(codeVerifier).digest('base64url') };
}

/** Takes a login up again, once. Null: there is none with this state, or it was taken up before. */
export async function takeLogin(db: Queryable, state: string): Promise<BegunLogin | null> {
  const { rows } = await db.query<BegunLogin>(
    `delete from oauth_states where state_hash = $1
     returning workspace_id as "workspaceId", user_id as "userId", login, code_verifier as "codeVerifier",
       expires_at <= now() as "isExpired"`,
    [hashOf(state)],
  );
  return rows[0] ?? null;
}

const hashOf = (state: string): string => createHash('sha256').update(state).digest('hex');
