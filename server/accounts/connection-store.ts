import type { Login } from '../contract/accounts.ts';
import { newId } from '../database/id.ts';
import type { Queryable } from '../flows/flow-store.ts';
import type { Profile, SpokenFor } from '../instagram-login/account-client.ts';
import { decryptToken, encryptToken } from './token-cipher.ts';

/** What a login or a typed-in token gave. */
export type Connection = {
  workspaceId: string;
  login: Login | 'manual';
  profile: Profile;
  pageId: string | null;
  permissions: string[];
  accessToken: string;
  /** Null: it does not say, or never. */
  expiresInSeconds: number | null;
  /** Null: the Graph API of this installation's configuration. */
  graphUrl: string | null;
};

/**
 * Stores a connection. An account that the workspace has already keeps its row, and with it flows, contacts and history.
 * @returns null when another workspace has the account: its events go to one place
 */
export async function storeConnection(
  db: Queryable,
  encryptionKey: string,
  connection: Connection,
): Promise<{ id: string; isNew: boolean } | null> {
  const { workspaceId, login, profile, pageId, permissions, expiresInSeconds, graphUrl } = connection;
  const { rows } = await db.query<{ id: string; isNew: boolean }>(
    `insert into accounts as a (id, workspace_id, platform, external_id, username, profile_picture_url, login, page_id,
       permissions, access_token_encrypted, graph_url, token_issued_at, token_expires_at)
     values ($1, $2, 'instagram', $3, $4, $5, $6, $7, $8, $9, $10, now(), now() + make_interval(secs => $11))
     on conflict (platform, external_id) do update set username = excluded.username,
       profile_picture_url = excluded.profile_picture_url, login = excluded.login, page_id = excluded.page_id,
       permissions = excluded.permissions, access_token_encrypted = excluded.access_token_encrypted,
       graph_url = excluded.graph_url, token_issued_at = excluded.token_issued_at,
       token_expires_at = excluded.token_expires_at, subscribed_at = null, last_error = null, last_error_at = null,
       status = 'connected', updated_at = now()
     where a.workspace_id = excluded.workspace_id and not a.is_sandbox
     returning id, (xmax = 0) as "isNew"`,
    [
      newId(),
      workspaceId,
      profile.externalId,
      profile.username,
      profile.profilePictureUrl,
      login,
      pageId,
      permissions,
      encryptToken(encryptionKey, connection.accessToken),
      graphUrl,
      expiresInSeconds,
    ],
  );
  const [stored] = rows;
  if (!stored) return null;
  // What was found out with the former token says nothing about this one.
  await db.query('delete from account_checks where workspace_id = $1 and account_id = $2', [
    workspaceId,
    stored.id,
  ]);
  return stored;
}

/** An account of ours that can be spoken for outside of flows. */
export type OwnAccount = SpokenFor & {
  id: string;
  workspaceId: string;
  username: string;
  isSandbox: boolean;
  login: Login | 'manual';
  permissions: string[];
  createdAt: Date;
  tokenExpiresAt: Date | null;
  /** Tells its token from an earlier or later one without showing it. */
  tokenPrint: string;
};

type OwnRow = Omit<OwnAccount, 'accessToken' | 'graphUrl'> & { token: string; graphUrl: string | null };

/** @throws TokenCipherError */
export async function loadOwnAccount(
  deps: { pool: Queryable; encryptionKey: string; graphUrl: string },
  key: { workspaceId: string; id: string },
): Promise<OwnAccount | null> {
  const { rows } = await deps.pool.query<OwnRow>(
    `select id, workspace_id as "workspaceId", username, is_sandbox as "isSandbox", external_id as "externalId",
       page_id as "pageId", login, permissions, graph_url as "graphUrl", created_at as "createdAt",
       token_expires_at as "tokenExpiresAt", access_token_encrypted as token,
       md5(access_token_encrypted) as "tokenPrint"
     from accounts where workspace_id = $1 and id = $2`,
    [key.workspaceId, key.id],
  );
  const [row] = rows;
  if (!row) return null;
  const { token, graphUrl, ...account } = row;
  return {
    ...account,
    graphUrl: graphUrl ?? deps.graphUrl,
    accessToken: decryptToken(deps.encryptionKey, token),
  };
}

/** What went wrong last with an account, for its page. */
export async function noteError(
  db: Queryable,
  account: { workspaceId: string; id: string },
  error: { code: string; message: string },
): Promise<void> {
  await db.query(
    'update accounts set last_error = $3, last_error_at = now() where workspace_id = $1 and id = $2',
    [account.workspaceId, account.id, JSON.stringify({ code: error.code, message: error.message })],
  );
}
