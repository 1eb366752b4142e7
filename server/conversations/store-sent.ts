import type pg from 'pg';
import { newId } from '../database/id.ts';
import { statementOfParts } from '../database/statement-of-parts.ts';
import { createGroupCommit } from '../executions/group-commit.ts';
import { jsonUnlessEmpty } from '../executions/json-parameter.ts';
import type { Author } from '../instagram/policy/proposed-send.ts';

type Sent = { workspaceId: string; accountId: string; executionId: string | null };

/** A message that Instagram took; `commentId` where it was a private reply. */
export type SentMessage = Sent & {
  what: 'message';
  personId: string;
  messageId: string;
  text: string;
  attachments: unknown[];
  author: Author;
  commentId: string | null;
};

/** What happened, by the account's own doing, to a comment: a reply below it, hidden or shown, deleted. */
export type SentComment = Sent & { what: 'comment'; id: string; parentId: string; text: string };
export type ChangedComment = Sent & { what: 'hidden'; commentId: string; hidden: boolean };
export type DeletedComment = Sent & { what: 'deleted'; commentId: string };

export type SentItem = SentMessage | SentComment | ChangedComment | DeletedComment;

export type SentStore = {
  /** Resolves once it is in the database. Storing the same thing again, or after its echo, changes nothing. */
  store(item: SentItem): Promise<void>;
};

/** What was sent stays sent while the database is away; longer than this nobody waits, and the echo or a poll stores it. */
const OUTAGE_MS = 10_000;

/**
 * Stores what accounts send, many sends in one statement. The commit does not wait for the disk: the journal's next write,
 * which comes before anything downstream starts, brings both there.
 */
export function createSentStore(pool: pg.Pool): SentStore {
  const items = createGroupCommit<SentItem, null>({
    write: async (batch) => {
      await storeItems(pool, batch);
      return batch.map(() => null);
    },
    concurrency: 2,
    outageMs: OUTAGE_MS,
  });
  return {
    store: async (item) => {
      await items.add(item);
    },
  };
}

async function storeItems(pool: pg.Pool, batch: readonly SentItem[]): Promise<void> {
  const messages = distinct(
    batch.filter((item) => item.what === 'message'),
    ({ accountId, messageId }) => `${accountId} ${messageId}`,
  );
  const comments = distinct(
    batch.filter((item) => item.what === 'comment'),
    ({ accountId, id }) => `${accountId} ${id}`,
  );
  const changes = batch.flatMap((item) => (item.what === 'comment' ? [] : changeOf(item)));
  const statement = storeParts({
    messages: jsonUnlessEmpty(messages.map(messageRow)),
    replies: jsonUnlessEmpty(comments.map(commentRow)),
    changes: jsonUnlessEmpty(
      distinct(changes, ({ account_id, external_id }) => `${account_id} ${external_id}`),
    ),
  });
  // A person whom another process stores at this moment is not seen by the first statement; the second one finds them.
  for (const isLast of [false, true]) {
    const { rows } = await pool.query<{ stored: number }>(statement);
    if (rows[0]?.stored === messages.length || isLast) return;
  }
}

/**
 * Stores `messages`, replies to comments (`replies`) and what changed of comments (`changes`). An echo that came first is
 * made ours: it can't know who wrote it. `last_incoming_at` stays as it is, except that a private reply to somebody of whom
 * nothing is known says that they have not written (`1970`, see server/instagram/policy/read-facts.ts).
 */
const storeParts = statementOfParts(
  'store-sent',
  ['messages', 'replies', 'changes'] as const,
  ({ messages, replies, changes }) => `
with settings as materialized (
  select set_config('synchronous_commit', 'off', true)
)${messages ? writeMessages(messages) : ''}${replies ? writeReplies(replies) : ''}${changes ? changeComments(changes) : ''}
select ${messages ? '(select count(*)::int from written)' : '0'} as stored from settings`,
);

const writeMessages = (messages: string) => `, sent as (
  select r.* from jsonb_to_recordset(${messages}::jsonb) as r(id uuid, contact_id uuid, conversation_id uuid,
    workspace_id uuid, account_id uuid, person_id text, message_id text, text text, attachments jsonb, author text,
    execution_id uuid, is_private_reply boolean) cross join settings
), new_people as (
  insert into contacts (id, workspace_id, account_id, external_id)
  select distinct on (account_id, person_id) contact_id, workspace_id, account_id, person_id from sent
  order by account_id, person_id on conflict (account_id, external_id) do nothing returning id, account_id, external_id
), people as (
  select id, account_id, external_id from new_people
  union
  select c.id, c.account_id, c.external_id from sent s cross join lateral (
    select * from contacts where account_id = s.account_id and external_id = s.person_id limit 1) c
), talks as (
  insert into conversations as v (id, workspace_id, account_id, contact_id, last_outgoing_at, last_incoming_at)
  select distinct on (p.id) s.conversation_id, s.workspace_id, s.account_id, p.id, now(),
    case when s.is_private_reply then to_timestamp(0) end
  from sent s join people p on p.account_id = s.account_id and p.external_id = s.person_id
  order by p.id, s.is_private_reply desc
  on conflict (contact_id) do update set last_outgoing_at = greatest(v.last_outgoing_at, excluded.last_outgoing_at),
    last_incoming_at = coalesce(v.last_incoming_at, excluded.last_incoming_at)
  returning id, contact_id
), written as (
  insert into messages as m (id, workspace_id, conversation_id, external_id, direction, author, text, attachments,
    execution_id, at)
  select s.id, s.workspace_id, t.id, s.message_id, 'out', s.author, s.text, s.attachments, s.execution_id, now()
  from sent s join people p on p.account_id = s.account_id and p.external_id = s.person_id
    join talks t on t.contact_id = p.id
  on conflict (conversation_id, external_id) do update set author = excluded.author,
    execution_id = coalesce(m.execution_id, excluded.execution_id), text = excluded.text
  returning 1
)`;

const writeReplies = (replies: string) => `, replies as (
  insert into comments as c (id, workspace_id, account_id, external_id, parent_external_id, media_id, direction, text,
    execution_id, at)
  select r.id, r.workspace_id, r.account_id, r.external_id, coalesce(above.parent_external_id, r.parent_id),
    above.media_id, 'out', r.text, r.execution_id, now()
  from jsonb_to_recordset(${replies}::jsonb) as r(id uuid, workspace_id uuid, account_id uuid, external_id text,
    parent_id text, text text, execution_id uuid)
  cross join settings
  left join lateral (
    select * from comments where account_id = r.account_id and external_id = r.parent_id limit 1) above on true
  on conflict (account_id, external_id) do update set direction = 'out',
    execution_id = coalesce(c.execution_id, excluded.execution_id)
)`;

const changeComments = (changes: string) => `, changed as (
  update comments c set private_reply_at = coalesce(c.private_reply_at, case when r.private_reply then now() end),
    hidden = coalesce(r.hidden, c.hidden),
    deleted_at = coalesce(c.deleted_at, case when r.deleted then now() end)
  from jsonb_to_recordset(${changes}::jsonb) as r(account_id uuid, external_id text, private_reply boolean,
    hidden boolean, deleted boolean)
  cross join settings
  where c.account_id = r.account_id and c.external_id = r.external_id
)`;

type CommentChange = {
  account_id: string;
  external_id: string;
  private_reply?: boolean;
  hidden?: boolean;
  deleted?: boolean;
};

function changeOf(item: SentMessage | ChangedComment | DeletedComment): CommentChange[] {
  const account_id = item.accountId;
  if (item.what === 'hidden') return [{ account_id, external_id: item.commentId, hidden: item.hidden }];
  if (item.what === 'deleted') return [{ account_id, external_id: item.commentId, deleted: true }];
  return item.commentId === null ? [] : [{ account_id, external_id: item.commentId, private_reply: true }];
}

function messageRow(item: SentMessage): Record<string, unknown> {
  return {
    id: newId(),
    contact_id: newId(),
    conversation_id: newId(),
    workspace_id: item.workspaceId,
    account_id: item.accountId,
    person_id: item.personId,
    message_id: item.messageId,
    text: item.text,
    attachments: item.attachments,
    author: item.author,
    execution_id: item.executionId,
    is_private_reply: item.commentId !== null,
  };
}

function commentRow(item: SentComment): Record<string, unknown> {
  return {
    id: newId(),
    workspace_id: item.workspaceId,
    account_id: item.accountId,
    external_id: item.id,
    parent_id: item.parentId,
    text: item.text,
    execution_id: item.executionId,
  };
}

/** The last of each key: one statement may not touch a row twice. */
function distinct<Item>(items: readonly Item[], keyOf: (item: Item) => string): Item[] {
  return [...new Map(items.map((item) => [keyOf(item), item])).values()];
}
