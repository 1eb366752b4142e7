import type pg from 'pg';
import type { AiGuardrails } from '../../contract/ai-guardrails.ts';
import { aiGuardrailsSchema, DEFAULT_GUARDRAILS } from '../../contract/ai-guardrails.ts';
import { ExpiringCache } from '../../expiring-cache.ts';

/** Key in the table `settings`. */
const SETTINGS_KEY = 'ai_guardrails';
/** How long the guardrails of a workspace are used before they are read again; in all other processes too. */
const FRESH_MS = 5_000;
const MOST_WORKSPACES = 10_000;

type Database = Pick<pg.Pool, 'query'>;

/** Reads guardrails for the AI, which asks for every text. */
export function createGuardrailsReader(db: Database): (workspaceId: string) => Promise<AiGuardrails> {
  const cache = new ExpiringCache<AiGuardrails>(MOST_WORKSPACES, FRESH_MS);
  return async (workspaceId) => {
    const cached = cache.get(workspaceId);
    if (cached) return cached;
    const guardrails = await readGuardrails(db, workspaceId);
    cache.set(workspaceId, guardrails);
    return guardrails;
  };
}

/**
 * The guardrails of a workspace. Fields that an older version did not know have their defaults.
 * @throws Error when what is stored can't be read: to go on with the defaults would send what was forbidden
 */
export async function readGuardrails(db: Database, workspaceId: string): Promise<AiGuardrails> {
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
  db: Database,
  workspaceId: string,
  guardrails: AiGuardrails,
): Promise<void> {
  await db.query(
    `insert into settings (workspace_id, key, value) values ($1, $2, $3)
     on conflict (workspace_id, key) do update set value = excluded.value, updated_at = now()`,
    [workspaceId, SETTINGS_KEY, JSON.stringify(guardrails)],
  );
}
