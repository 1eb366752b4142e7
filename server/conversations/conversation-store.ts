import type { Contact, Conversation, Message } from '../contract/conversations.ts';
import type { Page } from '../contract/shapes.ts';
import type { Queryable } from '../flows/flow-store.ts';
import type { PageKey } from '../http/page-cursor.ts';
import { toPage } from '../http/page-cursor.ts';
import { notFound } from '../http/problem.ts';
import { HUMAN_AGENT_WINDOW_MS, STANDARD_WINDOW_MS } from '../instagram/policy/rules.ts';

export type SearchRequest = {
  workspaceId: string;
  search?: string | undefined;
  accountId?: string | undefined;
  limit: number;
  after: PageKey | null;
};

/** Prefix of `messages.external_id` until Instagram gives it one (send-team-message.ts). */
export const PENDING = 'pending:';

type ContactRow = Omit<Contact, 'optedOutAt' | 'createdAt' | 'updatedAt'> & {
  optedOutAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
  cursorAt: string;
};

const CONTACT_COLUMNS = `c.id, c.account_id as "accountId", c.external_id as "externalId", c.username, c.name,
  c.profile_picture_url as "profilePictureUrl", c.is_follower as "isFollower", c.fields, c.tags,
  c.opted_out_at as "optedOutAt", v.id as "conversationId", c.created_at as "createdAt", c.updated_at as "updatedAt",
  c.updated_at::text as "cursorAt"`;

/** Contacts, those of whom we heard last first. */
export async function listContacts(db: Queryable, request: SearchRequest): Promise<Page<Contact>> {
  const { rows } = await db.query<ContactRow>(
    `select ${CONTACT_COLUMNS} from contacts c left join conversations v on v.contact_id = c.id
     where c.workspace_id = $1 and ($2::uuid is null or c.account_id = $2)
       and ($3::text is null or c.username ilike $3 or c.name ilike $3)
       and ($4::timestamptz is null or (c.updated_at, c.id) < ($4, $5::uuid))
     order by c.updated_at desc, c.id desc limit $6`,
    pageValues(request),
  );
  return toPage(rows, request.limit, viewContact);
}

/** @throws HttpProblem 404 */
export async function getContact(db: Queryable, workspaceId: string, id: string): Promise<Contact> {
  const { rows } = await db.query<ContactRow>(
    `select ${CONTACT_COLUMNS} from contacts c left join conversations v on v.contact_id = c.id
     where c.workspace_id = $1 and c.id = $2`,
    [workspaceId, id],
  );
  if (!rows[0]) throw notFound('contact');
  return viewContact(rows[0]);
}

function viewContact({ cursorAt: _, ...row }: ContactRow): Contact {
  return {
    ...row,
    optedOutAt: isoOrNull(row.optedOutAt),
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

type ConversationRow = {
  id: string;
  accountId: string;
  contactId: string;
  externalId: string;
  username: string | null;
  name: string | null;
  profilePictureUrl: string | null;
  optedOutAt: Date | null;
  lastIncomingAt: Date | null;
  lastOutgoingAt: Date | null;
  isAwaited: boolean;
  createdAt: Date;
  direction: Message['direction'] | null;
  author: Message['author'] | null;
  text: string | null;
  messageAt: Date | null;
  cursorAt: string;
};

/** When something last happened in it. */
const LAST_AT = 'coalesce(greatest(v.last_incoming_at, v.last_outgoing_at), v.created_at)';

/** Conversations, the liveliest first. The page is cut before the last messages are looked up. */
export async function listConversations(db: Queryable, request: SearchRequest): Promise<Page<Conversation>> {
  const { rows } = await db.query<ConversationRow>(
    `with page as (
       select v.*, ${LAST_AT} as last_at, c.external_id, c.username, c.name, c.profile_picture_url, c.opted_out_at
       from conversations v join contacts c on c.id = v.contact_id
       where v.workspace_id = $1 and ($2::uuid is null or v.account_id = $2)
         and ($3::text is null or c.username ilike $3 or c.name ilike $3)
         and ($4::timestamptz is null or (${LAST_AT}, v.id) < ($4, $5::uuid))
       order by ${LAST_AT} desc, v.id desc limit $6
     )
     select p.id, p.account_id as "accountId", p.contact_id as "contactId", p.external_id as "externalId", p.username,
       p.name, p.profile_picture_url as "profilePictureUrl", p.opted_out_at as "optedOutAt",
       p.last_incoming_at as "lastIncomingAt", p.last_outgoing_at as "lastOutgoingAt",
       p.waiting_execution_id is not null as "isAwaited", p.created_at as "createdAt", m.direction, m.author, m.text,
       m.at as "messageAt", p.last_at::text as "cursorAt"
     from page p left join lateral (
       select direction, author, text, at from messages where conversation_id = p.id order by at desc limit 1
     ) m on true
     order by p.last_at desc, p.id desc`,
    pageValues(request),
  );
  return toPage(rows, request.limit, viewConversation);
}

function viewConversation(row: ConversationRow): Conversation {
  const { contactId, externalId, username, name, profilePictureUrl, direction, author, messageAt } = row;
  // 1970: we opened it by a private reply, and the person has not written.
  const hasWritten = row.lastIncomingAt !== null && row.lastIncomingAt.getTime() > 0;
  const until = (ms: number) =>
    row.lastIncomingAt && new Date(row.lastIncomingAt.getTime() + ms).toISOString();
  return {
    id: row.id,
    accountId: row.accountId,
    contact: {
      id: contactId,
      externalId,
      username,
      name,
      profilePictureUrl,
      optedOutAt: isoOrNull(row.optedOutAt),
    },
    lastIncomingAt: hasWritten ? isoOrNull(row.lastIncomingAt) : null,
    lastOutgoingAt: isoOrNull(row.lastOutgoingAt),
    flowsMayWriteUntil: until(STANDARD_WINDOW_MS),
    teamMayWriteUntil: until(HUMAN_AGENT_WINDOW_MS),
    isAwaited: row.isAwaited,
    lastMessage: direction &&
      author &&
      messageAt && { direction, author, text: row.text ?? '', at: messageAt.toISOString() },
    createdAt: row.createdAt.toISOString(),
  };
}

export type MessageRow = {
  id: string;
  externalId: string;
  direction: Message['direction'];
  author: Message['author'];
  text: string;
  attachments: unknown;
  executionId: string | null;
  editedAt: Date | null;
  deletedAt: Date | null;
  at: Date;
};

export const MESSAGE_COLUMNS = `m.id, m.external_id as "externalId", m.direction, m.author, m.text, m.attachments,
  m.execution_id as "executionId", m.edited_at as "editedAt", m.deleted_at as "deletedAt", m.at`;

/** Messages of a conversation, newest first. @throws HttpProblem 404 */
export async function listMessages(
  db: Queryable,
  request: { workspaceId: string; conversationId: string; limit: number; after: PageKey | null },
): Promise<Page<Message>> {
  const { workspaceId, conversationId, limit, after } = request;
  const { rowCount } = await db.query('select 1 from conversations where workspace_id = $1 and id = $2', [
    workspaceId,
    conversationId,
  ]);
  if (rowCount === 0) throw notFound('conversation');
  const { rows } = await db.query<MessageRow & { cursorAt: string }>(
    `select ${MESSAGE_COLUMNS}, m.at::text as "cursorAt" from messages m
     where m.workspace_id = $1 and m.conversation_id = $2
       and ($3::timestamptz is null or (m.at, m.id) < ($3, $4::uuid))
     order by m.at desc, m.id desc limit $5`,
    [workspaceId, conversationId, after?.at ?? null, after?.id ?? null, limit + 1],
  );
  return toPage(rows, limit, ({ cursorAt: _, ...row }) => viewMessage(row));
}

/** A row as the API shows it. */
export function viewMessage(row: MessageRow): Message {
  const isPending = row.externalId.startsWith(PENDING);
  return {
    ...row,
    externalId: isPending ? null : row.externalId,
    attachments: Array.isArray(row.attachments) ? row.attachments : [],
    status: isPending ? 'pending' : 'sent',
    editedAt: isoOrNull(row.editedAt),
    deletedAt: isoOrNull(row.deletedAt),
    at: row.at.toISOString(),
  };
}

function pageValues({ workspaceId, accountId, search, after, limit }: SearchRequest): unknown[] {
  const pattern = search ? `%${search.replace(/[\\%_]/g, '\\$&')}%` : null;
  return [workspaceId, accountId ?? null, pattern, after?.at ?? null, after?.id ?? null, limit + 1];
}

const isoOrNull = (at: Date | null): string | null => at?.toISOString() ?? null;
