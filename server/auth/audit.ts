import { newId } from '../database/id.ts';
import { auditLog } from '../database/schema.ts';
import type { Principal } from '../http/route.ts';
import type { DatabaseOrTransaction } from './better-auth.ts';

export type AuditEntry = {
  /** What happened, `subject.verb`: `flow.published`. */
  action: string;
  targetType?: string;
  targetId?: string;
  /** Plain JSON without secrets. */
  data?: unknown;
};

/** Who did it: a caller, or `system` inside a workspace. */
export type Actor = Principal | { workspaceId: string; system: true };

/** Writes one line of the audit log; in the transaction of what it tells, where there is one. */
export async function writeAudit(db: DatabaseOrTransaction, actor: Actor, entry: AuditEntry): Promise<void> {
  await db
    .insert(auditLog)
    .values({ id: newId(), workspaceId: actor.workspaceId, ...identify(actor), ...entry });
}

function identify(actor: Actor): { actorType: 'user' | 'api_key' | 'system'; actorId: string | null } {
  if ('system' in actor) return { actorType: 'system', actorId: null };
  return actor.apiKeyId
    ? { actorType: 'api_key', actorId: actor.apiKeyId }
    : { actorType: 'user', actorId: actor.userId ?? null };
}
