import type pg from 'pg';
import type { NodeCatalogue } from '../../engine/catalogue.ts';
import { isTrigger } from '../../engine/catalogue.ts';
import type { TriggerEvent } from '../../engine/event.ts';
import type { Live } from '../context.ts';
import type { CommentSpike } from '../contract/accounts.ts';
import { commentSpikeSchema } from '../contract/accounts.ts';
import { newId } from '../database/id.ts';
import { publishedTriggers, storeExecution } from '../executions/started-by-server.ts';
import type { Queryable } from '../flows/flow-store.ts';
import { notify } from '../notifications/notify.ts';
import type { StoredExecution } from '../webhooks/ingest.ts';

const SETTINGS_KEY = 'comment-spike';
const TRIGGER = 'trigger.comment_spike';
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

type Busy = {
  workspaceId: string;
  accountId: string;
  externalId: string;
  username: string;
  count: number;
  setting: unknown;
};

export type SpikeDeps = {
  pool: pg.Pool;
  live: Live;
  catalogue: NodeCatalogue;
  /** Told of new executions after they are on disk. */
  onStored: (executions: StoredExecution[]) => void;
};

/** Tells people and flows of accounts that got more comments in the last hour than their workspace calls normal. */
export async function tellOfCommentSpikes(deps: SpikeDeps): Promise<void> {
  const { rows } = await deps.pool.query<Busy>(
    `select a.workspace_id as "workspaceId", a.id as "accountId", a.external_id as "externalId", a.username, c.count,
       s.value as setting
     from accounts a
     cross join lateral (select count(*)::int as count from comments where workspace_id = a.workspace_id
       and account_id = a.id and direction = 'in' and at > now() - interval '1 hour') c
     left join settings s on s.workspace_id = a.workspace_id and s.key = $1
     where c.count > 0`,
    [SETTINGS_KEY],
  );
  for (const busy of rows) {
    const { commentsPerHour } = commentSpikeSchema.safeParse(busy.setting).data ?? DEFAULT;
    if (commentsPerHour !== null && busy.count > commentsPerHour) await tellOf(deps, busy, commentsPerHour);
  }
}

async function tellOf(deps: SpikeDeps, busy: Busy, usual: number): Promise<void> {
  const { workspaceId, accountId, username, count } = busy;
  const key = `comment_spike:${accountId}`;
  await notify(deps, {
    workspaceId,
    kind: 'comment_spike',
    key,
    title: `Many comments on @${username}`,
    text: `${count} in the last hour; you asked to be told above ${usual}.`,
    link: '/executions',
    atMostEverySeconds: TOLD_EVERY_SECONDS,
  });
  // What people were told, now or by an earlier look that a crash cut short, names the spike: a flow starts once for it.
  const { rows } = await deps.pool.query<{ id: string; at: Date }>(
    'select id, created_at as at from notifications where workspace_id = $1 and key = $2',
    [workspaceId, key],
  );
  const [spike] = rows;
  if (spike) await startFlows(deps, busy, { ...spike, usual });
}

async function startFlows(
  { pool, catalogue, onStored }: SpikeDeps,
  { workspaceId, accountId, externalId, username, count }: Busy,
  { id, at, usual }: { id: string; at: Date; usual: number },
): Promise<void> {
  const registered = catalogue.get(TRIGGER);
  if (!registered?.enabled || !isTrigger(registered)) return;
  const event: TriggerEvent = {
    kind: 'comment_spike',
    at: at.toISOString(),
    account: { id: externalId, username, rowId: accountId },
    spike: { comments: count, usual },
  };
  for (const { flowId, flowVersion, nodeId, config } of await publishedTriggers(pool, TRIGGER, workspaceId)) {
    const checked = registered.description.config.safeParse(config);
    if (!checked.success || !registered.instance.matches(event, checked.data)) continue;
    const execution = {
      id: newId(),
      workspaceId,
      flowId,
      flowVersion,
      triggerNodeId: nodeId,
      event,
      dedupeKey: `comment_spike:${nodeId}:${id}`,
      contactKey: null,
    };
    if (await storeExecution(pool, execution)) onStored([{ ...execution, isTaken: false }]);
  }
}
