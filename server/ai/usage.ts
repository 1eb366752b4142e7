import type { AiUsage } from '../contract/ai.ts';
import type { Queryable } from '../flows/flow-store.ts';
import { readAiChoices } from './ai-settings.ts';
import { releaseExpired, spendingToday } from './budgets.ts';
import { priceOf } from './prices.ts';

type Row = {
  day: string | null;
  task: string | null;
  model: string | null;
  requests: number;
  errors: number;
  cacheHits: number;
  tokensIn: number;
  tokensOut: number;
  costUsd: number;
};

/** What models were used for in the last `days` days (UTC, today included), and how far today's budget is spent. */
export async function readUsage(db: Queryable, workspaceId: string, days: number): Promise<AiUsage> {
  await releaseExpired(db, workspaceId);
  const [{ budget, prices }, today, rows] = await Promise.all([
    readAiChoices(db, workspaceId),
    spendingToday(db, workspaceId),
    readRows(db, workspaceId, days),
  ]);
  const byDay = rows.filter(({ day }) => day !== null);
  const hits = byDay.reduce((sum, row) => sum + row.cacheHits, 0);
  const answers = byDay.reduce((sum, row) => sum + row.requests - row.errors, 0);
  return {
    today: { ...today, ...budget },
    cache: { hits, answers, hitRate: answers === 0 ? null : hits / answers },
    byDay: byDay.map(({ task: _, model: __, day, ...used }) => ({ day: day ?? '', ...used })),
    byTask: rows.flatMap(({ day: _, model: __, task, ...used }) =>
      task === null ? [] : [{ task, ...used }],
    ),
    byModel: rows.flatMap(({ day: _, task: __, model, ...used }) =>
      model === null
        ? []
        : [{ model, isPriceKnown: model === 'builtin' || priceOf(model, prices).isKnown, ...used }],
    ),
  };
}

async function readRows(db: Queryable, workspaceId: string, days: number): Promise<Row[]> {
  const { rows } = await db.query<Row>(
    `select day::text as day, task, model, count(*)::int as requests,
       count(error_code)::int as errors, (count(*) filter (where cache_hit))::int as "cacheHits",
       sum(tokens_in)::float8 as "tokensIn", sum(tokens_out)::float8 as "tokensOut", sum(cost_usd) as "costUsd"
     from (
       select (at at time zone 'utc')::date as day, task, model, error_code, cache_hit, tokens_in, tokens_out, cost_usd
       from ai_requests
       where workspace_id = $1
         and at >= ((now() at time zone 'utc')::date - ($2::int - 1))::timestamp at time zone 'utc'
     ) used
     group by grouping sets ((day), (task), (model))
     order by day desc nulls last, sum(cost_usd) desc, task, model`,
    [workspaceId, days],
  );
  return rows;
}
