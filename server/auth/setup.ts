import { eq, sql } from 'drizzle-orm';
import type pg from 'pg';
import type { Graph } from '../../engine/graph.ts';
import { usualModel } from '../ai/settings-view.ts';
import type { ServerContext } from '../context.ts';
import type { Session } from '../contract/shapes.ts';
import type { Database } from '../database/connect.ts';
import { newId } from '../database/id.ts';
import { flows, members, workspaces } from '../database/schema.ts';
import { conflict, HttpProblem } from '../http/problem.ts';
import { writeAudit } from './audit.ts';
import type { AuthOptions, DatabaseOrTransaction } from './better-auth.ts';
import { createAuth, isAuthRefusal } from './better-auth.ts';

/** Key of the advisory lock under which the first owner is created. */
const SETUP_LOCK = 7_265_402;

export type SetupRequest = { name: string; email: string; password: string; workspace?: string | undefined };

export type SetupHooks = {
  /** Fills the new workspace (sandbox account); runs in the transaction of the setup. */
  onWorkspaceCreated?: (workspaceId: string, transaction: DatabaseOrTransaction) => Promise<void>;
  /** The flow that the first visit lands in. */
  firstFlow?: { name: string; description: string; graph: Graph } | undefined;
};

/** Whether nobody owns this installation yet. */
export async function isSetupNeeded(pool: pg.Pool): Promise<boolean> {
  const { rows } = await pool.query<{ needed: boolean }>(
    'select not exists (select 1 from members) as needed',
  );
  return rows[0]?.needed ?? true;
}

/**
 * Creates the first owner, the workspace and what belongs in it, all or nothing. Of several calls at once one wins.
 * @returns the session and the `Set-Cookie` headers that sign the owner in
 * @throws HttpProblem 409 when there is an owner
 */
export function setUp(
  db: Database,
  options: AuthOptions,
  request: SetupRequest,
  headers: Headers,
  hooks: SetupHooks,
): Promise<{ session: Session; cookies: string[] }> {
  return db.transaction(async (transaction) => {
    await transaction.execute(sql`select pg_advisory_xact_lock(${SETUP_LOCK})`);
    const owned = await transaction.select({ userId: members.userId }).from(members).limit(1);
    if (owned.length > 0)
      throw conflict('already-set-up', 'This installation has an owner. Sign in instead.');

    const { user, cookies } = await signUp(transaction, options, request, headers);
    const { name } = request;
    const workspace = { id: newId(), name: request.workspace ?? `${name}'s workspace` };
    await transaction.insert(workspaces).values(workspace);
    await transaction.insert(members).values({ workspaceId: workspace.id, userId: user.id, role: 'owner' });
    const owner = { workspaceId: workspace.id, role: 'owner' as const, userId: user.id, name };
    await writeAudit(transaction, owner, { action: 'workspace.created', targetId: workspace.id });
    await hooks.onWorkspaceCreated?.(workspace.id, transaction);
    if (hooks.firstFlow) {
      await transaction
        .insert(flows)
        .values({ id: newId(), workspaceId: workspace.id, createdBy: user.id, ...hooks.firstFlow });
    }
    return {
      session: { user: { id: user.id, name, email: user.email }, workspace, role: 'owner' },
      cookies,
    };
  });
}

async function signUp(
  transaction: DatabaseOrTransaction,
  options: AuthOptions,
  { name, email, password }: SetupRequest,
  headers: Headers,
) {
  const { api } = await createAuth(transaction, options);
  try {
    const signedUp = await api.signUpEmail({ body: { name, email, password }, headers, returnHeaders: true });
    return { user: signedUp.response.user, cookies: signedUp.headers.getSetCookie() };
  } catch (error) {
    if (!isAuthRefusal(error)) throw error;
    throw new HttpProblem(422, 'sign-up-refused', 'The owner was not created', error.message);
  }
}

/** What the editor shows of who is signed in. */
export async function readSession(
  { db, pool, config, secrets }: Pick<ServerContext, 'db' | 'pool' | 'config' | 'secrets'>,
  principal: { workspaceId: string; role: Session['role']; userId?: string },
): Promise<Session> {
  const [workspace] = await db
    .select({ id: workspaces.id, name: workspaces.name })
    .from(workspaces)
    .where(eq(workspaces.id, principal.workspaceId));
  if (!workspace) throw new Error(`Workspace ${principal.workspaceId} of a caller is gone.`);
  const ai = { pool, config, encryptionKey: secrets.encryptionKey };
  const languageModel = await usualModel(ai, principal.workspaceId);
  return {
    user: await readUser(db, principal.userId),
    workspace,
    role: principal.role,
    ...(languageModel && { languageModel }),
  };
}

async function readUser(db: Database, userId: string | undefined): Promise<Session['user']> {
  if (!userId) return null;
  const user = await db.query.users.findFirst({
    where: (users, { eq }) => eq(users.id, userId),
    columns: { id: true, name: true, email: true },
  });
  return user ?? null;
}
