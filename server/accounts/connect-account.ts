import { writeAudit } from '../auth/audit.ts';
import type { ServerContext } from '../context.ts';
import type { Principal } from '../http/route.ts';
import type { AccountAccess } from './account-access.ts';
import type { Connection } from './connection-store.ts';
import { storeConnection } from './connection-store.ts';
import { regainLogin } from './lose-login.ts';
import { subscribeAccount } from './subscribe-account.ts';

const SUBSCRIBE_WITHIN_MS = 15_000;

/**
 * Stores an account, subscribes to its webhooks and writes down who did it.
 * @returns null when another workspace has it
 */
export async function connectAccount(
  context: ServerContext,
  access: AccountAccess,
  principal: Principal,
  connection: Omit<Connection, 'workspaceId'>,
): Promise<{ id: string; isNew: boolean } | null> {
  const { pool, db, secrets } = context;
  const { workspaceId } = principal;
  const stored = await storeConnection(pool, secrets.encryptionKey, { ...connection, workspaceId });
  if (!stored) return null;
  await regainLogin(pool, { workspaceId, id: stored.id });
  await writeAudit(db, principal, {
    action: stored.isNew ? 'account.added' : 'account.reconnected',
    targetType: 'account',
    targetId: stored.id,
    data: {
      externalId: connection.profile.externalId,
      username: connection.profile.username,
      login: connection.login,
    },
  });
  const account = await access.load({ workspaceId, id: stored.id });
  if (account) await subscribeAccount({ pool, access }, account, AbortSignal.timeout(SUBSCRIBE_WITHIN_MS));
  return stored;
}
