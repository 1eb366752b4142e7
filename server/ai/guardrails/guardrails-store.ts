import type { AiGuardrails } from '../../contract/ai-guardrails.ts';
import { aiGuardrailsSchema, DEFAULT_GUARDRAILS } from '../../contract/ai-guardrails.ts';
import type { Queryable } from '../../flows/flow-store.ts';
import { recentByWorkspace } from '../recent-by-workspace.ts';

/** Key in the table `settings`. */
const SETTINGS_KEY = 'ai_guardrails';

/** Reads guardrails for the AI, which asks for every text. What is read is at most a few seconds old. */
export function createGuardrailsReader(db: Queryable): (workspaceId: string) => Promise<AiGuardrails> {
  return (workspaceId) => recentGuardrails.of(db, workspaceId);
}

/**
 * The guardrails of a workspace. Fields that an older version did not know have their defaults.
 * @throws Error when what is stored can't be read: to go on with the defaults would send what was forbidden
 */
export async function readGuardrails(db: Queryable, workspaceId: string): Promise<AiGuardrails> {
  const { rows } = await db.query<{ value: unknown }>(
    'select value from settings where workspace_id = $1 and key = $2',
    [workspaceId, SETTINGS_KEY],
  );
  const value = rows[0]?.value;
  if (value === undefined) return DEFAULT_GUARDRAILS;
  const known = typeof value === 'object' && value !== null ? value : {};
  const read = aiGuardrailsSchema.safeParse({ ...DEFAULT_GUARDRAILS, ...known });
  if (read.success) return read.data;
  throw new Error('The AI guardrails of this workspace cannot be read. Save them again in Settings.');
}

export async function writeGuardrails(
  db: Queryable,
  workspaceId: string,
  guardrails: AiGuardrails,
): Promise<void> {
  await db.query(
    `insert into settings (workspace_id, key, value) values ($1, $2, $3)
     on conflict (workspace_id, key) do update set value = excluded.value, updated_at = now()`,
    [workspaceId, SETTINGS_KEY, JSON.stringify(guardrails)],
  );
  recentGuardrails.forget(db, workspaceId);
}

const recentGuardrails = recentByWorkspace(readGuardrails);
