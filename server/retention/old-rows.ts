import type { RetentionCounts, RetentionSettings } from '../contract/shapes.ts';
import { firstIdAt } from './first-id-at.ts';

export type RetentionKind = keyof RetentionCounts;

/**
 * Where rows of a kind stand and which of them a workspace (`$1`) may lose. `order` is walked from its smallest value (`$3`)
 * up to `$2`, which both come from `bound`; each has an index that begins with it or with the workspace, so that a table of
 * any size is read at its old end only.
 */
export type OldRows = {
  kind: RetentionKind;
  table: string;
  /** Primary key. */
  key: string;
  days: keyof RetentionSettings;
  order: string;
  /** More that must hold; SQL over the row. */
  condition: string;
  bound: Bound;
};

type Bound = { type: string; from: string; upTo(cutoff: Date): string };

const TIME: Bound = {
  type: 'timestamptz',
  from: '-infinity',
  upTo: (cutoff) => cutoff.toISOString(),
};
const ID: Bound = { type: 'uuid', from: '00000000-0000-0000-0000-000000000000', upTo: firstIdAt };

/**
 * An execution ends after it was created: the index on `created_at` finds those that can be old enough, its end decides.
 * Steps, effects, approvals and escalations go with it by their foreign keys. Open ones are in none of both kinds.
 */
export const OLD_ROWS: readonly OldRows[] = [
  {
    kind: 'executions',
    table: 'flow_executions',
    key: 'id',
    days: 'executionsDays',
    order: 'created_at',
    condition: `status in ('succeeded', 'cancelled') and finished_at < $2`,
    bound: TIME,
  },
  {
    kind: 'failedExecutions',
    table: 'flow_executions',
    key: 'id',
    days: 'failedExecutionsDays',
    order: 'created_at',
    condition: `status = 'failed' and finished_at < $2`,
    bound: TIME,
  },
  {
    kind: 'events',
    table: 'webhook_events',
    key: 'id',
    days: 'eventsDays',
    order: 'received_at',
    condition: 'true',
    bound: TIME,
  },
  {
    // No index begins with the workspace: the primary key is walked, over the rows of other workspaces too.
    kind: 'messages',
    table: 'messages',
    key: 'id',
    days: 'messagesDays',
    order: 'id',
    condition: 'true',
    bound: ID,
  },
  {
    kind: 'comments',
    table: 'comments',
    key: 'id',
    days: 'messagesDays',
    order: 'at',
    condition: 'true',
    bound: TIME,
  },
  {
    kind: 'auditEntries',
    table: 'audit_log',
    key: 'id',
    days: 'auditDays',
    order: 'at',
    condition: 'true',
    bound: TIME,
  },
];

/** The sandbox's timeline has an index on its number, which grows with time; its old end is looked at by itself. */
export const OLD_SANDBOX_ITEMS = `select seq from (
    select seq, at from sandbox_items where workspace_id = $1 order by seq limit $3
  ) oldest where at < $2`;

/** What `$1` to `$3` of a walk begin with. */
export function walkValues(rows: OldRows, workspaceId: string, cutoff: Date): [string, string, string] {
  return [workspaceId, rows.bound.upTo(cutoff), rows.bound.from];
}

/** Old rows of a workspace; `$4` is the most to find. */
export function findOld({ table, key, order, condition, bound }: OldRows, lock: boolean): string {
  return `select ${key} from ${table}
    where workspace_id = $1 and ${order} < $2::${bound.type} and ${order} >= $3::${bound.type} and ${condition}
    order by ${order} limit $4${lock ? ' for update skip locked' : ''}`;
}

const DAY_MS = 86_400_000;

/** An event may come again for a day and a half (Meta's documentation of webhooks); nothing goes before this. */
const LEAST_DAYS = 3;

/** What is older may go; null keeps for ever. */
export function cutoffOf(days: number | null, now: Date): Date | null {
  return days === null ? null : new Date(now.getTime() - Math.max(days, LEAST_DAYS) * DAY_MS);
}
