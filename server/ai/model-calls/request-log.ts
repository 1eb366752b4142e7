import { newId } from '../../database/id.ts';
import { createGroupCommit } from '../../executions/group-commit.ts';
import type { Queryable } from '../../flows/flow-store.ts';
import type { Logger } from '../../log.ts';
import type { Reservation } from '../budgets.ts';
import type { AiCaller } from '../model-calls.ts';

/** One call of a model, or an answer from the cache. */
export type RequestEntry = AiCaller & {
  /** An `AiTask`, or `test` for the tiny call of the settings. */
  task: string;
  /** `provider:model`, or `builtin`. */
  model: string;
  latencyMs: number;
  tokensIn?: number;
  tokensOut?: number;
  costUsd?: number;
  isCacheHit?: boolean;
  /** Left out when it went well. */
  errorCode?: string;
  /** Ends with this entry: the cost takes its place. */
  reservation?: Reservation | undefined;
  /** The day's budget, for the warning. */
  dailyUsd?: number;
};

export type RequestLog = {
  /** Returns at once; what can't be written is told to the log of the process. */
  add(entry: RequestEntry): void;
  /** Resolves when everything is on disk. */
  idle(): Promise<void>;
};

/** How full a day's budget is when people are told. */
const WARNING_AT = 0.8;
/** PostgreSQL's largest integer. */
const LARGEST = 2 ** 31 - 1;

type Row = ReturnType<typeof toRow>;

/**
 * Writes calls into `ai_requests` and settles their reservations, in batches and in the background: nobody waits for it.
 * @param onWarning called once a day and workspace when most of the budget is spent
 */
export function createRequestLog(deps: {
  pool: Queryable;
  log: Logger;
  onWarning: (budget: {
    workspaceId: string;
    day: string;
    spentUsd: number;
    dailyUsd: number;
  }) => Promise<unknown>;
}): RequestLog {
  const { pool, log, onWarning } = deps;
  const commit = createGroupCommit<Row, undefined>({ write });

  async function write(rows: Row[]): Promise<undefined[]> {
    if (rows.some((row) => row.reservationId === null && row.costUsd > 0)) {
      await pool.query(BEGIN_DAYS, [[...new Set(rows.map(({ workspaceId }) => workspaceId))]]);
    }
    const days = await pool.query<{ workspaceId: string; day: string; spentUsd: number; isWarned: boolean }>({
      name: 'ai-requests',
      text: WRITE,
      values: [JSON.stringify(rows)],
    });
    for (const { workspaceId, day, spentUsd, isWarned } of days.rows) {
      const dailyUsd = rows.findLast(
        (row) => row.workspaceId === workspaceId && row.dailyUsd !== null,
      )?.dailyUsd;
      if (dailyUsd == null || isWarned || spentUsd < dailyUsd * WARNING_AT) continue;
      const warned = await pool.query<{ spentUsd: number }>(WARN, [workspaceId, day, dailyUsd * WARNING_AT]);
      const now = warned.rows[0];
      if (now) {
        await onWarning({ workspaceId, day, spentUsd: now.spentUsd, dailyUsd }).catch((error: unknown) =>
          log.warn({ err: error, workspaceId }, 'People could not be told of a budget'),
        );
      }
    }
    return rows.map(() => undefined);
  }

  return {
    add(entry) {
      commit.add(toRow(entry)).catch((error: unknown) => {
        log.warn({ err: error, model: entry.model }, 'A call of a model could not be written down');
      });
    },
    idle: () => commit.idle(),
  };
}

function toRow(entry: RequestEntry) {
  const whole = (value: number | undefined) => Math.min(LARGEST, Math.max(0, Math.round(value ?? 0)));
  return {
    id: newId(),
    workspaceId: entry.workspaceId,
    task: entry.task,
    model: entry.model.slice(0, 300),
    tokensIn: whole(entry.tokensIn),
    tokensOut: whole(entry.tokensOut),
    costUsd: entry.costUsd ?? 0,
    latencyMs: whole(entry.latencyMs),
    cacheHit: entry.isCacheHit ?? false,
    errorCode: entry.errorCode ?? null,
    executionId: entry.executionId,
    nodeId: entry.nodeId,
    reservationId: entry.reservation?.id ?? null,
    day: entry.reservation?.day ?? null,
    dailyUsd: entry.dailyUsd ?? null,
  };
}

const BEGIN_DAYS = `insert into ai_budget_days (workspace_id, day)
  select unnest($1::uuid[]), (now() at time zone 'utc')::date on conflict do nothing`;

/** Safe to repeat: what is written already changes no sum. A reservation that expired meanwhile was given back already. */
const WRITE = `with entries as (
    select * from jsonb_to_recordset($1::jsonb) as e(id uuid, "workspaceId" uuid, task text, model text,
      "tokensIn" int, "tokensOut" int, "costUsd" float8, "latencyMs" int, "cacheHit" boolean, "errorCode" text,
      "executionId" uuid, "nodeId" text, "reservationId" uuid, day date)
  ), written as (
    insert into ai_requests (id, workspace_id, task, model, tokens_in, tokens_out, cost_usd, latency_ms, cache_hit,
      error_code, execution_id, node_id)
    select id, "workspaceId", task, model, "tokensIn", "tokensOut", "costUsd", "latencyMs", "cacheHit",
      "errorCode", "executionId", "nodeId" from entries
    on conflict (id) do nothing returning id
  ), settled as (
    delete from ai_reservations r using entries e where r.id = e."reservationId" returning r.id, r.usd
  ), changes as (
    select e."workspaceId" as workspace_id, coalesce(e.day, (now() at time zone 'utc')::date) as day,
      sum(e."costUsd" - coalesce(s.usd, 0)) as usd
    from entries e join written w on w.id = e.id left join settled s on s.id = e."reservationId"
    group by 1, 2 having sum(e."costUsd" - coalesce(s.usd, 0)) <> 0
  )
  update ai_budget_days d set spent_usd = greatest(0, d.spent_usd + c.usd) from changes c
  where d.workspace_id = c.workspace_id and d.day = c.day
  returning d.workspace_id as "workspaceId", d.day::text as day, d.spent_usd as "spentUsd",
    d.warned_at is not null as "isWarned"`;

/** What is only held back is not spent. */
const WARN = `with held as (
    select coalesce(sum(usd), 0) as usd from ai_reservations where workspace_id = $1
  )
  update ai_budget_days set warned_at = now() from held
  where workspace_id = $1 and day = $2 and warned_at is null and spent_usd - held.usd >= $3
  returning spent_usd - held.usd as "spentUsd"`;
