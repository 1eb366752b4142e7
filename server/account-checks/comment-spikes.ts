import type pg from 'pg';
import type { NodeCatalogue } from '../../engine/catalogue.ts';
import { isTrigger } from '../../engine/catalogue.ts';
import type { TriggerEvent } from '../../engine/event.ts';
import type { Live } from '../context.ts';
import type { CommentSpike } from '../contract/accounts.ts';
import { commentSpikeSchema } from '../contract/accounts.ts';
import { newId } from '../database/id.ts';
import { publishedTriggers, storeExecution } from '../executions/started-by-server.ts';
import { inTransaction } from '../executions/transaction.ts';
import type { Queryable } from '../flows/flow-store.ts';
import type { WrittenNotice } from '../notifications/notify.ts';
import { announce, writeNotice } from '../notifications/notify.ts';
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

type Busy = { workspaceId: string; accountId: string; externalId: string; username: string; usual: number };

export type SpikeDeps = {
  pool: pg.Pool;
  live: Live;
  catalogue: NodeCatalogue;
  /** Told of new executions after they are on disk. */
  onStored: (executions: StoredExecution[]) => void;
};

/** Followed by the account's id, the key of the notice. */
const NOTICE = 'comment_spike:';

/** Reads no more comments of an account than are usual there: told of once, a spike is not counted again every minute. */
const BUSY = `
select a.workspace_id as "workspaceId", a.id as "accountId", a.external_id as "externalId", a.username, usual
from accounts a
left join settings s on s.workspace_id = a.workspace_id and s.key = $1
cross join lateral (
  select case when s.value is null then $2 else (s.value->>'commentsPerHour')::int end as usual
) as setting
where usual is not null
  and not exists (select 1 from notifications n where n.workspace_id = a.workspace_id
    and n.key = $3::text || a.id and n.created_at > now() - make_interval(secs => $4))
  and exists (select 1 from comments c where c.workspace_id = a.workspace_id and c.account_id = a.id
    and c.direction = 'in' and c.at > now() - interval '1 hour' offset usual limit 1)`;

/** Tells people and flows of accounts that got more comments in the last hour than their workspace calls normal. */
export async function tellOfCommentSpikes(deps: SpikeDeps): Promise<void> {
  const { rows } = await deps.pool.query<Busy>(BUSY, [
    SETTINGS_KEY,
    DEFAULT.commentsPerHour,
    NOTICE,
    TOLD_EVERY_SECONDS,
  ]);
  for (const busy of rows) await tellOf(deps, busy);
}

/** People are told and flows started at once or, where something breaks in between, both by the next look. */
async function tellOf(deps: SpikeDeps, busy: Busy): Promise<void> {
  const { workspaceId, accountId, username, usual } = busy;
  const told = await inTransaction(deps.pool, async (client) => {
    const count = await countComments(client, busy);
    const notice = await writeNotice(client, {
      workspaceId,
      kind: 'comment_spike',
      key: NOTICE + accountId,
      title: `Many comments on @${username}`,
      text: `${count} in the last hour; you asked to be told above ${usual}.`,
      link: '/executions',
      atMostEverySeconds: TOLD_EVERY_SECONDS,
    });
    return notice && { notice, started: await startFlows(deps.catalogue, client, busy, notice, count) };
  });
  if (!told) return;
  announce(deps.live, told.notice);
  deps.onStored(told.started);
}

async function countComments(db: Queryable, { workspaceId, accountId }: Busy): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    `select count(*)::int as count from comments where workspace_id = $1 and account_id = $2 and direction = 'in'
       and at > now() - interval '1 hour'`,
    [workspaceId, accountId],
  );
  return rows[0]?.count ?? 0;
}

async function startFlows(
  catalogue: NodeCatalogue,
  db: Queryable,
  { workspaceId, accountId, externalId, username, usual }: Busy,
  { id, at }: WrittenNotice,
  comments: number,
): Promise<StoredExecution[]> {
  const registered = catalogue.get(TRIGGER);
  if (!registered?.enabled || !isTrigger(registered)) return [];
  const event: TriggerEvent = {
    kind: 'comment_spike',
    at: at.toISOString(),
    account: { id: externalId, username, rowId: accountId },
    spike: { comments, usual },
  };
  const started: StoredExecution[] = [];
  for (const { flowId, flowVersion, nodeId, config } of await publishedTriggers(db, TRIGGER, workspaceId)) {
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
    if (await storeExecution(db, execution)) started.push({ ...execution, isTaken: false });
  }
  return started;
}
