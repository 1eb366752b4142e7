import type { TriggerEvent } from '../../engine/event.ts';
import { newId } from '../database/id.ts';
import type { KnownAccount } from './known-accounts.ts';

type Row = Record<string, unknown>;

/** Rows of one statement (ingest.ts): one for each person, comment and message. */
export type PeopleRows = { contacts: Row[]; comments: Row[]; messages: Row[] };

/**
 * What a person says, which opens the 24-hour window: writing, tapping a button or quick reply, answering or mentioning in
 * a story. Comments never open it ("Private Replies"). An `ig.me` link that is opened does, for the flow that it starts
 * (server/instagram/policy/facts-of-event.ts): nothing was said, so that it is no last message. Reactions stand in Meta's
 * list without a word on Instagram and are not counted (docs/webhooks.md).
 */
const OPENING_KINDS = new Set<TriggerEvent['kind']>(['message', 'postback', 'story_reply', 'story_mention']);

/** Kinds that are part of a conversation. */
const MESSAGE_KINDS = new Set<TriggerEvent['kind']>([...OPENING_KINDS, 'message_edit', 'message_deleted']);

const COMMENT_KINDS = new Set<TriggerEvent['kind']>(['comment', 'live_comment']);

/** What the events tell about people, whatever flows they start. */
export function peopleRows(
  events: readonly { account: KnownAccount | null; event: TriggerEvent | null }[],
): PeopleRows {
  const contacts = new Map<string, Row>();
  const comments: Row[] = [];
  const messages = new Map<string, Row>();
  for (const { account, event } of events) {
    if (!account || !event) continue;
    const person = event.isOwn ? event.to : event.from;
    if (person) {
      const key = `${account.id} ${person.id}`;
      contacts.set(key, contactRow(account, person, contacts.get(key)));
    }
    if (COMMENT_KINDS.has(event.kind)) comments.push(commentRow(account, event));
    if (person && event.message && MESSAGE_KINDS.has(event.kind)) {
      const key = `${account.id} ${person.id} ${event.message.id || newId()}`;
      messages.set(key, messageRow(account, person.id, event, messages.get(key)));
    }
  }
  return { contacts: inOrder(contacts), comments, messages: inOrder(messages) };
}

/** Statements that lock the same rows in the same order never wait for each other in a circle. */
function inOrder(rows: Map<string, Row>): Row[] {
  return [...rows].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, row]) => row);
}

function contactRow(
  account: KnownAccount,
  person: NonNullable<TriggerEvent['from']>,
  before: Row | undefined,
): Row {
  return {
    id: before?.id ?? newId(),
    workspace_id: account.workspaceId,
    account_id: account.id,
    external_id: person.id,
    username: person.username ?? before?.username,
  };
}

function commentRow(account: KnownAccount, { comment, from, isOwn, at }: TriggerEvent): Row {
  return {
    id: newId(),
    workspace_id: account.workspaceId,
    account_id: account.id,
    contact_external_id: isOwn ? null : from?.id,
    external_id: comment?.id,
    parent_external_id: comment?.parentId,
    media_id: comment?.media?.id,
    direction: isOwn ? 'out' : 'in',
    text: comment?.text ?? '',
    at,
  };
}

/**
 * A message, or what happened to it. Both can stand in one batch, in any order: a changed text stays changed. What the
 * account sent by other means than our flows was written by the team.
 */
function messageRow(
  account: KnownAccount,
  personId: string,
  { kind, message, isOwn, at }: TriggerEvent,
  before: Row | undefined,
): Row {
  const isNew = kind !== 'message_edit' && kind !== 'message_deleted';
  const isEdit = kind === 'message_edit';
  const isLater = isEdit && (typeof before?.edited_at !== 'string' || before.edited_at <= at);
  const keepsText = before !== undefined && (isNew ? before.edited_at !== undefined : !isLater);
  const opens = !isOwn && OPENING_KINDS.has(kind);
  return {
    id: before?.id ?? newId(),
    conversation_id: before?.conversation_id ?? newId(),
    account_id: account.id,
    contact_external_id: personId,
    external_id: message?.id,
    direction: isOwn ? 'out' : 'in',
    author: isOwn ? 'team' : 'contact',
    text: keepsText ? before.text : (message?.text ?? ''),
    attachments: isNew ? (message?.attachments ?? []) : (before?.attachments ?? []),
    at: isNew ? at : (before?.at ?? at),
    edited_at: isLater ? at : before?.edited_at,
    deleted_at: kind === 'message_deleted' ? at : before?.deleted_at,
    opened_at: opens ? at : before?.opened_at,
    sent_at: isOwn && isNew ? at : before?.sent_at,
  };
}
