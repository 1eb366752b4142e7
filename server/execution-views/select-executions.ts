import type { z } from 'zod';
import type { bulkCancelRequestSchema, bulkRetryRequestSchema } from '../contract/shapes.ts';
import { BULK_LIMIT } from '../contract/shapes.ts';
import type { Queryable } from '../flows/flow-store.ts';
import { readCursor, toPage } from '../http/page-cursor.ts';
import { failureValues, IS_FAILED } from './failure-filter.ts';

/** What a call for many executions is about: those to steer, and those left alone with the reason. */
export type Selection = {
  ids: string[];
  skipped: { id: string; reason: string }[];
  /** Where the next call goes on. */
  nextCursor: string | null;
};

type Row = { id: string; status: string; isFlowDeleted: boolean; isTooNew: boolean };

const COLUMNS = `e.id, e.status, f.deleted_at is not null as "isFlowDeleted"`;
const FROM = 'from flow_executions e join flows f on f.workspace_id = e.workspace_id and f.id = e.flow_id';

/** Failed executions to retry, the oldest first, in one statement. @throws HttpProblem 400 for a cursor of others */
export async function selectFailed(
  db: Queryable,
  workspaceId: string,
  request: z.output<typeof bulkRetryRequestSchema>,
): Promise<Selection> {
  const before = request.finishedBefore ?? null;
  if (request.ids) {
    const { rows } = await db.query<Row>(
      `select ${COLUMNS}, coalesce(e.finished_at >= $3::timestamptz, false) as "isTooNew" ${FROM}
       where e.workspace_id = $1 and e.id = any($2::uuid[]) order by e.seq`,
      [workspaceId, request.ids, before],
    );
    return sortOut(request.ids, rows, whyNotRetried);
  }
  const after = readCursor(request.cursor);
  const { rows } = await db.query<{ id: string; cursorAt: string }>(
    `select e.id, e.created_at::text as "cursorAt" ${FROM} and f.deleted_at is null
     where ${IS_FAILED}
       and ($7::timestamptz is null or e.finished_at < $7)
       and ($8::timestamptz is null or (e.created_at, e.id) > ($8, $9::uuid))
     order by e.created_at, e.id limit $10`,
    [
      ...failureValues(workspaceId, request.filter ?? {}),
      before,
      after?.at ?? null,
      after?.id ?? null,
      BULK_LIMIT + 1,
    ],
  );
  const page = toPage(rows, BULK_LIMIT, ({ id }) => id);
  return { ids: page.items, skipped: [], nextCursor: page.nextCursor };
}

/** Queued and waiting executions to cancel, the oldest first. @throws HttpProblem 400 for a cursor of others */
export async function selectUnstarted(
  db: Queryable,
  workspaceId: string,
  request: z.output<typeof bulkCancelRequestSchema>,
): Promise<Selection> {
  if (request.ids) {
    const { rows } = await db.query<Row>(
      `select ${COLUMNS}, false as "isTooNew" ${FROM} where e.workspace_id = $1 and e.id = any($2::uuid[])
       order by e.seq`,
      [workspaceId, request.ids],
    );
    return sortOut(request.ids, rows, whyNotCancelled);
  }
  const { flowId, status, since, until } = request.filter ?? {};
  const after = readCursor(request.cursor);
  const { rows } = await db.query<{ id: string; cursorAt: string }>(
    `select e.id, e.created_at::text as "cursorAt" from flow_executions e
     where e.workspace_id = $1 and e.status in ('queued', 'waiting')
       and ($2::uuid is null or e.flow_id = $2)
       and ($3::text is null or e.status = $3)
       and ($4::timestamptz is null or e.created_at >= $4)
       and ($5::timestamptz is null or e.created_at < $5)
       and ($6::timestamptz is null or (e.created_at, e.id) > ($6, $7::uuid))
     order by e.created_at, e.id limit $8`,
    [
      workspaceId,
      flowId ?? null,
      status ?? null,
      since ?? null,
      until ?? null,
      after?.at ?? null,
      after?.id ?? null,
      BULK_LIMIT + 1,
    ],
  );
  const page = toPage(rows, BULK_LIMIT, ({ id }) => id);
  return { ids: page.items, skipped: [], nextCursor: page.nextCursor };
}

function whyNotRetried(row: Row): string | null {
  if (row.status !== 'failed') return `Only a failed execution can be retried; this one is ${row.status}.`;
  if (row.isFlowDeleted) return 'Its flow was deleted.';
  return row.isTooNew ? 'It failed, perhaps again, after the time given.' : null;
}

function whyNotCancelled({ status }: Row): string | null {
  if (status === 'queued' || status === 'waiting') return null;
  return status === 'running'
    ? 'It runs right now; cancel it by itself.'
    : `This execution has ended already: ${status}.`;
}

function sortOut(asked: string[], rows: Row[], whyNot: (row: Row) => string | null): Selection {
  const found = new Set(rows.map(({ id }) => id));
  const missing = [...new Set(asked)].filter((id) => !found.has(id));
  const judged = rows.map((row) => ({ id: row.id, reason: whyNot(row) }));
  return {
    ids: judged.flatMap(({ id, reason }) => (reason === null ? [id] : [])),
    skipped: [
      ...judged.flatMap(({ id, reason }) => (reason === null ? [] : [{ id, reason }])),
      ...missing.map((id) => ({ id, reason: 'There is no such execution in this workspace.' })),
    ],
    nextCursor: null,
  };
}
