import type pg from 'pg';
import { v5 } from 'uuid';
import { NodeError } from '../../engine/errors.ts';
import type { InstagramService } from '../../engine/services.ts';
import { findSent } from '../../nodes/instagram/find-sent.ts';
import type { Message } from '../contract/conversations.ts';
import type { Queryable } from '../flows/flow-store.ts';
import { conflict, HttpProblem, notFound } from '../http/problem.ts';
import type { MessageRow } from './conversation-store.ts';
import { MESSAGE_COLUMNS, PENDING, viewMessage } from './conversation-store.ts';

export type TeamMessage = {
  workspaceId: string;
  conversationId: string;
  text: string;
  /** The client's name for this message. */
  idempotencyKey: string;
};

export type TeamMessageDeps = { pool: pg.Pool; instagramOf: (workspaceId: string) => InstagramService };

/** Longer than the Graph client waits for an answer. */
const SEND_TIMEOUT_MS = 30_000;
/** What was sent may still be on its way: only afterwards its absence means that it was not sent. */
const QUIET_MS = 10_000;

/**
 * Sends what a person wrote, once, however often it is asked for with the same key. The intention is a row of `messages`
 * with an id made of the key; it becomes the message when Instagram took it, and goes when Instagram did not. Found again
 * without an outcome, the message is looked for in the conversation before it is sent a second time.
 * @returns the message; `pending` while another request sends it, or nobody can tell yet
 * @throws HttpProblem 404; 409 for a key of another text; what Instagram or the rules have against it
 */
export async function sendTeamMessage(
  deps: TeamMessageDeps,
  message: TeamMessage,
): Promise<{ message: Message; isSentNow: boolean }> {
  const to = await recipientOf(deps.pool, message);
  const id = v5(message.idempotencyKey, message.conversationId);
  // A lock of the connection: it is free again as soon as its process is gone, and no clock has a say in it.
  const connection = await deps.pool.connect();
  let isBroken = false;
  try {
    if (!(await tryLock(connection, id)))
      return { message: await underWay(connection, message, id), isSentNow: false };
    try {
      const { isNew, row } = await intend(connection, id, message);
      refuseOtherText(row, message);
      if (!row.externalId.startsWith(PENDING)) return { message: viewMessage(row), isSentNow: false };
      const settled = await settle({ ...deps, connection }, { ...message, id, to, isNew, row });
      return { message: settled, isSentNow: settled.status === 'sent' };
    } finally {
      await unlock(connection, id).catch(() => {
        isBroken = true;
      });
    }
  } finally {
    connection.release(isBroken);
  }
}

type Recipient = { accountId: string; personId: string };

async function recipientOf(pool: pg.Pool, { workspaceId, conversationId }: TeamMessage): Promise<Recipient> {
  const { rows } = await pool.query<Recipient>(
    `select v.account_id as "accountId", c.external_id as "personId" from conversations v
     join contacts c on c.id = v.contact_id where v.workspace_id = $1 and v.id = $2`,
    [workspaceId, conversationId],
  );
  if (!rows[0]) throw notFound('conversation');
  return rows[0];
}

/** Another request has the lock: its row, as far as it got. */
async function underWay(db: Queryable, message: TeamMessage, id: string): Promise<Message> {
  const row = await readMessage(db, message, id);
  if (!row) throw conflict('under-way', 'This message is being sent. Ask again in a moment.');
  refuseOtherText(row, message);
  return viewMessage(row);
}

function refuseOtherText(row: MessageRow, { text }: TeamMessage): void {
  if (row.text !== text) throw conflict('key-used', 'Another message was sent with this idempotencyKey.');
}

/** The row of this message, made now unless it is there. Only under the lock: who makes it is the first to send. */
async function intend(
  db: Queryable,
  id: string,
  message: TeamMessage,
): Promise<{ isNew: boolean; row: MessageRow }> {
  const { workspaceId, conversationId, text } = message;
  const { rowCount } = await db.query(
    `insert into messages (id, workspace_id, conversation_id, external_id, direction, author, text, at)
     values ($1, $2, $3, $5, 'out', 'team', $4, clock_timestamp()) on conflict do nothing`,
    [id, workspaceId, conversationId, text, `${PENDING}${id}`],
  );
  const row = await readMessage(db, message, id);
  if (!row) throw notFound('message');
  return { isNew: rowCount === 1, row };
}

async function readMessage(
  db: Queryable,
  { workspaceId }: TeamMessage,
  id: string,
): Promise<MessageRow | undefined> {
  const { rows } = await db.query<MessageRow>(
    `select ${MESSAGE_COLUMNS} from messages m where m.workspace_id = $1 and m.id = $2`,
    [workspaceId, id],
  );
  return rows[0];
}

type Settling = TeamMessage & { id: string; to: Recipient; isNew: boolean; row: MessageRow };

/** Sends it, or finds out whether it was sent. */
async function settle(
  deps: TeamMessageDeps & { connection: Queryable },
  message: Settling,
): Promise<Message> {
  const { connection } = deps;
  const { accountId: account, personId: recipientId } = message.to;
  const { text, row, id } = message;
  const instagram = deps.instagramOf(message.workspaceId);
  const signal = AbortSignal.timeout(SEND_TIMEOUT_MS);
  try {
    if (!message.isNew) {
      const listed = await instagram.listMessages({ account, recipientId }, signal);
      const since = row.at.toISOString();
      const found = findSent(listed, { text, notFromId: recipientId, since });
      if (found?.done) return await complete(connection, message, found.result.id);
      if (found === null || !(await tryAgain(connection, id))) return viewMessage(row);
    }
    const sending = instagram.sendMessage({ account, recipientId, text, author: 'team' }, signal);
    const { messageId } = await sending.catch(async (error: unknown) => {
      if (error instanceof NodeError && error.outcome === 'not_performed') await forget(connection, id);
      throw error;
    });
    return await complete(connection, message, messageId);
  } catch (error) {
    throw error instanceof NodeError ? problemOf(error) : error;
  }
}

/** The echo, or the Instagram service, may have stored the message before: it is one and the same. */
async function complete(db: Queryable, { id, conversationId, ...message }: Settling, messageId: string) {
  await db.query('delete from messages where conversation_id = $2 and external_id = $3 and id <> $1', [
    id,
    conversationId,
    messageId,
  ]);
  await db.query('update messages set external_id = $2 where id = $1', [id, messageId]);
  const row = await readMessage(db, { ...message, conversationId }, id);
  if (!row) throw notFound('message');
  return viewMessage(row);
}

async function forget(db: Queryable, id: string): Promise<void> {
  await db.query(`delete from messages where id = $1 and external_id like '${PENDING}%'`, [id]);
}

/** Begins anew, unless what was sent before may still arrive. */
async function tryAgain(db: Queryable, id: string): Promise<boolean> {
  const { rowCount } = await db.query(
    `update messages set at = clock_timestamp()
     where id = $1 and at < clock_timestamp() - $2::float8 * interval '1 millisecond'`,
    [id, QUIET_MS],
  );
  return rowCount === 1;
}

async function tryLock(db: Queryable, id: string): Promise<boolean> {
  const { rows } = await db.query<{ isMine: boolean }>(
    'select pg_try_advisory_lock(hashtextextended($1, 0)) as "isMine"',
    [id],
  );
  return rows[0]?.isMine ?? false;
}

async function unlock(db: Queryable, id: string): Promise<void> {
  await db.query('select pg_advisory_unlock(hashtextextended($1, 0))', [id]);
}

/** For the person who wrote it. */
function problemOf(error: NodeError): HttpProblem {
  const { code, message, outcome, throttled } = error;
  const kind = code.replaceAll('_', '-');
  if (throttled) return new HttpProblem(429, kind, 'Not now', message);
  if (code.startsWith('policy_') || code === 'account_disconnected') {
    return new HttpProblem(422, kind, 'Not allowed', message);
  }
  const hint = outcome === 'unknown' ? ' It is not known whether it was sent; try again to find out.' : '';
  return new HttpProblem(502, kind, 'Instagram did not take it', message + hint);
}
