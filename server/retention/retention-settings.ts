import type { z } from 'zod';
import type { Retention, RetentionSettings } from '../contract/shapes.ts';
import { retentionSchema, retentionSettingsSchema } from '../contract/shapes.ts';
import type { Queryable } from '../flows/flow-store.ts';

/** Keys in the table `settings`. */
const SETTINGS_KEY = 'retention';
const LAST_RUN_KEY = 'retention-last-run';

/** What a workspace that never said anything keeps. */
export const DEFAULT_RETENTION: RetentionSettings = {
  executionsDays: 90,
  failedExecutionsDays: 180,
  eventsDays: 30,
  messagesDays: 365,
  auditDays: 365,
};

const lastRunSchema = retentionSchema.shape.lastRun.unwrap();
export type LastRun = z.output<typeof lastRunSchema>;

/** How long a workspace keeps things, and what the last run removed of it. */
export async function readRetention(
  db: Queryable,
  workspaceId: string,
): Promise<Pick<Retention, 'settings' | 'lastRun'>> {
  const { rows } = await db.query<{ key: string; value: unknown }>(
    'select key, value from settings where workspace_id = $1 and key = any($2)',
    [workspaceId, [SETTINGS_KEY, LAST_RUN_KEY]],
  );
  const stored = (key: string) => rows.find((row) => row.key === key)?.value;
  return {
    settings: parseSettings(stored(SETTINGS_KEY)),
    lastRun: lastRunSchema.safeParse(stored(LAST_RUN_KEY)).data ?? null,
  };
}

/** All workspaces with how long they keep things. */
export async function readAllRetentions(
  db: Queryable,
): Promise<{ workspaceId: string; settings: RetentionSettings }[]> {
  const { rows } = await db.query<{ id: string; value: unknown }>(
    `select w.id, s.value from workspaces w
     left join settings s on s.workspace_id = w.id and s.key = $1 order by w.id`,
    [SETTINGS_KEY],
  );
  return rows.map(({ id, value }) => ({ workspaceId: id, settings: parseSettings(value) }));
}

export function writeRetention(
  db: Queryable,
  workspaceId: string,
  settings: RetentionSettings,
): Promise<void> {
  return write(db, workspaceId, SETTINGS_KEY, settings);
}

export function writeLastRun(db: Queryable, workspaceId: string, run: LastRun): Promise<void> {
  return write(db, workspaceId, LAST_RUN_KEY, run);
}

/** Whether a run has ended within these seconds, in whatever process. */
export async function hasRunWithin(db: Queryable, seconds: number): Promise<boolean> {
  const { rows } = await db.query(
    'select 1 from settings where key = $1 and updated_at > now() - make_interval(secs => $2) limit 1',
    [LAST_RUN_KEY, seconds],
  );
  return rows.length > 0;
}

async function write(db: Queryable, workspaceId: string, key: string, value: unknown): Promise<void> {
  await db.query(
    `insert into settings (workspace_id, key, value) values ($1, $2, $3)
     on conflict (workspace_id, key) do update set value = excluded.value, updated_at = now()`,
    [workspaceId, key, JSON.stringify(value)],
  );
}

/** Fields that an older version did not know have their defaults; what can't be read removes no more than the defaults. */
function parseSettings(value: unknown): RetentionSettings {
  const known = typeof value === 'object' && value !== null ? value : {};
  return retentionSettingsSchema.safeParse({ ...DEFAULT_RETENTION, ...known }).data ?? DEFAULT_RETENTION;
}
