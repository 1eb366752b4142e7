import type pg from 'pg';
import { NodeError } from '../../../engine/errors.ts';
import type { GroupCommit } from '../../executions/group-commit.ts';
import { createGroupCommit, isTransient } from '../../executions/group-commit.ts';
import { DATABASE_CLOCK } from '../permit-statements.ts';
import type { CommentFacts, PolicyFacts, WindowFacts } from './facts.ts';
import type { SendTarget } from './proposed-send.ts';

export type FactsRequest = {
  workspaceId: string;
  accountId: string;
  /** Of calls, as in `send_limits.family`. */
  family: string;
  target: SendTarget;
};

/** What the database says; the rest the event tells that started the execution (facts-of-event.ts). */
export type StoredFacts = Omit<PolicyFacts, 'comment' | 'theirWord'> & {
  now: Date;
  comment: Omit<CommentFacts, 'isLive'> | null;
};

export type FactsReader = { read(request: FactsRequest): Promise<StoredFacts> };

/** `conversations.last_incoming_at` of somebody who has surely not written (server/conversations/store-sent.ts). */
const NEVER = 0;
/** As long as an account may be asked for: a step can be put to wait instead. */
const OUTAGE_MS = 5_000;

type Row = {
  now: Date;
  username: string | null;
  status: PolicyFacts['account']['status'] | null;
  blocked_until: Date | null;
  comment_at: Date | null;
  deleted_at: Date | null;
  hidden: boolean | null;
  private_reply_at: Date | null;
  contact_id: string | null;
  opted_out_at: Date | null;
  last_incoming_at: Date | null;
};

/**
 * Reads the facts of sends: one statement for all that are asked for at the same moment, and nothing is kept, because a
 * message, an opt-out or a dead login may come in between two sends of one execution.
 * @param clock an SQL expression, the time that all processes go by
 */
export function createFactsReader(pool: pg.Pool, clock = DATABASE_CLOCK): FactsReader {
  const requests: GroupCommit<FactsRequest, StoredFacts | null> = createGroupCommit({
    write: (batch) => readFacts(pool, batch, clock),
    concurrency: 4,
    outageMs: OUTAGE_MS,
  });
  return {
    read: async (request) => {
      const facts = await requests.add(request).catch((error: unknown) => {
        throw new NodeError(
          'policy_unreadable',
          'Not sent: what the rules need to know could not be read, because the database did not answer.',
          isTransient(error)
            ? { throttled: true }
            : { retryable: true, outcome: 'not_performed', cause: error },
        );
      });
      if (facts) return facts;
      throw new NodeError(
        'account_unknown',
        'Not sent: the Instagram account is gone. Connect it under Accounts.',
      );
    },
  };
}

async function readFacts(
  pool: pg.Pool,
  batch: readonly FactsRequest[],
  clock: string,
): Promise<(StoredFacts | null)[]> {
  const { rows } = await pool.query<Row>({
    name: 'policy-facts',
    text: factsSql(clock),
    values: [
      batch.map(({ workspaceId }) => workspaceId),
      batch.map(({ accountId }) => accountId),
      batch.map(({ family }) => family),
      batch.map(({ target }) => target.commentId ?? null),
      batch.map(({ target }) => target.personId ?? null),
    ],
  });
  return rows.map(factsOf);
}

/**
 * The person of a comment is its author; who is written to by id needs no comment. Every limit keeps its part one look into
 * an index for each send; without it the planner may read whole tables, the more so while they are young.
 */
const factsSql = (clock: string) => `
select ${clock} as now, a.username, a.status, l.blocked_until, c.at as comment_at, c.deleted_at, c.hidden,
  c.private_reply_at, p.id as contact_id, p.opted_out_at, v.last_incoming_at
from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[]) with ordinality
    as r(workspace_id, account_id, family, comment_id, person_id, place)
  left join lateral (
    select * from accounts where id = r.account_id limit 1) a on a.workspace_id = r.workspace_id
  left join send_limits l on l.account_id = a.id and l.family = r.family
  left join lateral (
    select * from comments where account_id = a.id and external_id = r.comment_id limit 1) c on true
  left join lateral (
    select id from contacts where account_id = a.id and external_id = r.person_id limit 1) named on true
  left join lateral (select * from contacts where id = coalesce(named.id, c.contact_id) limit 1) p on true
  left join lateral (select * from conversations where contact_id = p.id limit 1) v on true
order by r.place`;

function factsOf(row: Row): StoredFacts | null {
  if (row.status === null || row.username === null) return null;
  return {
    now: row.now,
    account: { username: row.username, status: row.status, blockedUntil: row.blocked_until },
    comment: row.comment_at && {
      at: row.comment_at,
      isHidden: row.hidden ?? false,
      isDeleted: row.deleted_at !== null,
      privateReplyAt: row.private_reply_at,
    },
    contact: row.contact_id === null ? null : { optedOutAt: row.opted_out_at },
    window: windowOf(row.last_incoming_at),
  };
}

function windowOf(lastIncomingAt: Date | null): WindowFacts {
  if (lastIncomingAt === null) return { state: 'unknown' };
  return lastIncomingAt.getTime() === NEVER ? { state: 'never' } : { state: 'known', lastIncomingAt };
}
