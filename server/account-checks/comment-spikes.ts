import type { Live } from '../context.ts';
import type { CommentSpike } from '../contract/accounts.ts';
import { commentSpikeSchema } from '../contract/accounts.ts';
import type { Queryable } from '../flows/flow-store.ts';
import { notify } from '../notifications/notify.ts';

const SETTINGS_KEY = 'comment-spike';
const DEFAULT: CommentSpike = { commentsPerHour: 50 };

/** A spike that goes on is not told of again before so long. */
const TOLD_EVERY_SECONDS = 6 * 3_600;

export async function readCommentSpike(db: Queryable, workspaceId: string): Promise<CommentSpike> {
  const { rows } = await db.query<{ value: unknown }>(
    'select value from settings where workspace_id = $1 and key = $2',
    [workspaceId, SETTINGS_KEY],
  );
  return commentSpikeSchema.safeParse(rows[0]?.value).data ?? DEFAULT;
}

export async function writeCommentSpike(
  db: Queryable,
  workspaceId: string,
  value: CommentSpike,
): Promise<void> {
  await db.query(
    `insert into settings (workspace_id, key, value) values ($1, $2, $3)
     on conflict (workspace_id, key) do update set value = excluded.value, updated_at = now()`,
    [workspaceId, SETTINGS_KEY, JSON.stringify(value)],
  );
}

type Busy = { workspaceId: string; accountId: string; username: string; count: number; setting: unknown };

/** Tells people of accounts that got more comments in the last hour than their workspace calls normal. */
export async function tellOfCommentSpikes(deps: { pool: Queryable; live: Live }): Promise<void> {
  const { rows } = await deps.pool.query<Busy>(
    `select a.workspace_id as "workspaceId", a.id as "accountId", a.username, c.count, s.value as setting
     from accounts a
     cross join lateral (select count(*)::int as count from comments where workspace_id = a.workspace_id
       and account_id = a.id and direction = 'in' and at > now() - interval '1 hour') c
     left join settings s on s.workspace_id = a.workspace_id and s.key = $1
     where c.count > 0`,
    [SETTINGS_KEY],
  );
  for (const { workspaceId, accountId, username, count, setting } of rows) {
    const { commentsPerHour } = commentSpikeSchema.safeParse(setting).data ?? DEFAULT;
    if (commentsPerHour === null || count <= commentsPerHour) continue;
    await notify(deps, {
      workspaceId,
      kind: 'comment_spike',
      key: `comment_spike:${accountId}`,
      title: `Many comments on @${username}`,
      text: `${count} in the last hour; you asked to be told above ${commentsPerHour}.`,
      link: '/executions',
      atMostEverySeconds: TOLD_EVERY_SECONDS,
    });
  }
}
