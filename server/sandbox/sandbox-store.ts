import type pg from 'pg';
import type { SandboxMoods, SandboxPart } from '../contract/sandbox.ts';
import { sandboxMoodsSchema, sandboxPartSchema } from '../contract/sandbox.ts';
import type { SandboxItem } from '../contract/shapes.ts';
import type { SandboxState } from './sandbox-state.ts';
import { sandboxStateSchema } from './sandbox-state.ts';

/**
 * What a row of `sandbox_items` is: a comment or message; an event that is told by webhook and shown nowhere by itself; what
 * the account showed a person (typing, seen); a container on its way to be published, and what was.
 */
export type SandboxKind = 'comment' | 'message' | 'event' | 'activity' | 'container' | 'media';

/** A row of `sandbox_items`. */
export type SandboxRow = {
  seq: number;
  workspaceId: string;
  accountExternalId: string;
  kind: SandboxKind;
  externalId: string;
  parentExternalId: string | null;
  mediaId: string | null;
  fromExternalId: string;
  fromUsername: string;
  toExternalId: string | null;
  text: string;
  attachments: unknown[];
  isPrivateReply: boolean;
  hidden: boolean;
  deleted: boolean;
  at: Date;
};

export type NewSandboxItem = Omit<SandboxRow, 'seq' | 'hidden' | 'deleted' | 'attachments'> & {
  attachments?: unknown[];
  /** Nothing is told of it by webhook. */
  isSilent?: boolean;
};

/** What may change about a row. */
export type SandboxChange =
  | { hidden: boolean }
  | { deleted: true }
  | { text: string; attachments: SandboxPart[] }
  | { attachments: SandboxPart[] };

const COLUMNS = `seq::float8 as seq, workspace_id as "workspaceId", account_external_id as "accountExternalId", kind,
  external_id as "externalId", parent_external_id as "parentExternalId", media_id as "mediaId",
  from_external_id as "fromExternalId", from_username as "fromUsername", to_external_id as "toExternalId", text,
  attachments, is_private_reply as "isPrivateReply", hidden, deleted, at`;

/** Keys in the table `settings`. */
const MOODS = 'sandbox.moods';
const STATE = 'sandbox.state';

/** What the simulated Instagram remembers. Every call names the account, which belongs to one workspace. */
export class SandboxStore {
  readonly #pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  /** The sandbox account of a workspace, or one found by its platform id. */
  async account(
    by: { workspaceId: string } | { externalId: string },
  ): Promise<{ workspaceId: string; externalId: string; username: string } | undefined> {
    const [column, value] =
      'workspaceId' in by ? ['workspace_id', by.workspaceId] : ['external_id', by.externalId];
    const { rows } = await this.#pool.query(
      `select workspace_id as "workspaceId", external_id as "externalId", username
         from accounts where is_sandbox and ${column} = $1 order by created_at limit 1`,
      [value],
    );
    return rows[0];
  }

  async add(item: NewSandboxItem): Promise<SandboxRow> {
    const { rows } = await this.#pool.query(
      `insert into sandbox_items (workspace_id, account_external_id, kind, external_id, parent_external_id, media_id,
         from_external_id, from_username, to_external_id, text, is_private_reply, at, attachments, delivered)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) returning ${COLUMNS}`,
      [
        item.workspaceId,
        item.accountExternalId,
        item.kind,
        item.externalId,
        item.parentExternalId,
        item.mediaId,
        item.fromExternalId,
        item.fromUsername,
        item.toExternalId,
        item.text,
        item.isPrivateReply,
        item.at,
        JSON.stringify(item.attachments ?? []),
        item.isSilent ?? false,
      ],
    );
    return rows[0];
  }

  find(accountExternalId: string, externalId: string): Promise<SandboxRow | undefined> {
    return this.#one('account_external_id = $1 and external_id = $2', [accountExternalId, externalId]);
  }

  /** Public replies under a comment, newest first. */
  replies(accountExternalId: string, commentId: string): Promise<SandboxRow[]> {
    return this.#many(
      `account_external_id = $1 and parent_external_id = $2 and kind = 'comment' and not deleted
       order by seq desc limit 50`,
      [accountExternalId, commentId],
    );
  }

  privateReplyTo(accountExternalId: string, commentId: string): Promise<SandboxRow | undefined> {
    return this.#one('account_external_id = $1 and parent_external_id = $2 and is_private_reply', [
      accountExternalId,
      commentId,
    ]);
  }

  /** Messages between the account and one person, newest first; taken back ones are gone. */
  conversation(accountExternalId: string, personId: string): Promise<SandboxRow[]> {
    return this.#many(
      `account_external_id = $1 and kind = 'message' and not deleted
       and (from_external_id = $2 or to_external_id = $2) order by seq desc limit 25`,
      [accountExternalId, personId],
    );
  }

  /** When the person last wrote to the account or tapped something, came by a link, and under which name. */
  async lastFrom(
    accountExternalId: string,
    personId: string,
  ): Promise<{ username: string; wroteAt: Date | null; cameAt: Date | null } | undefined> {
    const { rows } = await this.#pool.query<{
      username: string | null;
      wroteAt: Date | null;
      cameAt: Date | null;
    }>(
      `select max(from_username) as username, max(at) filter (where kind = 'message') as "wroteAt",
           max(at) filter (where kind = 'activity' and attachments @> '[{"kind": "referral"}]') as "cameAt"
         from sandbox_items where account_external_id = $1 and from_external_id = $2`,
      [accountExternalId, personId],
    );
    const [row] = rows;
    if (!row?.username) return undefined;
    return { username: row.username, wroteAt: row.wroteAt, cameAt: row.cameAt };
  }

  /** What the account published, oldest first. */
  async published(accountExternalId: string): Promise<SandboxRow[]> {
    const rows = await this.#many(`account_external_id = $1 and kind = 'media' order by seq desc limit 50`, [
      accountExternalId,
    ]);
    return rows.reverse();
  }

  /** What became of a container. */
  publishedFrom(accountExternalId: string, containerId: string): Promise<SandboxRow | undefined> {
    return this.#one(`account_external_id = $1 and kind = 'media' and parent_external_id = $2`, [
      accountExternalId,
      containerId,
    ]);
  }

  async change(accountExternalId: string, externalId: string, change: SandboxChange): Promise<void> {
    const names = Object.keys(change) as ('hidden' | 'deleted' | 'text' | 'attachments')[];
    const values = Object.values(change).map((value) =>
      Array.isArray(value) ? JSON.stringify(value) : value,
    );
    const sets = names.map((name, index) => `${name} = $${index + 3}`);
    await this.#pool.query(
      `update sandbox_items set ${sets.join(', ')} where account_external_id = $1 and external_id = $2`,
      [accountExternalId, externalId, ...values],
    );
  }

  /** The newest 500 items of a workspace, oldest first; what only a webhook tells is left out. */
  async timeline(workspaceId: string, accountExternalId: string): Promise<SandboxRow[]> {
    const rows = await this.#many(
      `workspace_id = $1 and account_external_id = $2 and kind in ('comment', 'message', 'activity')
       order by seq desc limit 500`,
      [workspaceId, accountExternalId],
    );
    return rows.reverse();
  }

  /** Events that our webhook has not yet accepted, of the last 36 hours (Meta too gives up after that). */
  undelivered(limit: number): Promise<SandboxRow[]> {
    return this.#many(`not delivered and at > now() - interval '36 hours' order by seq limit $1`, [limit]);
  }

  async markDelivered(seqs: number[]): Promise<void> {
    await this.#pool.query('update sandbox_items set delivered = true where seq = any($1)', [seqs]);
  }

  async moods(workspaceId: string): Promise<SandboxMoods> {
    return sandboxMoodsSchema.parse((await this.#setting(workspaceId, MOODS)) ?? {});
  }

  async setMoods(workspaceId: string, moods: SandboxMoods): Promise<void> {
    await this.#keep(workspaceId, MOODS, moods);
  }

  /** The account works again that a refused login (190) has taken out of service. */
  async logIn(workspaceId: string): Promise<void> {
    await this.#pool.query(
      `update accounts set status = 'connected', last_error = null, last_error_at = null, updated_at = now()
       where workspace_id = $1 and is_sandbox and status = 'needs_login'`,
      [workspaceId],
    );
  }

  /** Uses up one of the calls that a mood is set for. False when there is none left. */
  async takeMoodyCall(workspaceId: string): Promise<boolean> {
    const { rowCount } = await this.#pool.query(
      `update settings set updated_at = now(), value = case when jsonb_typeof(value->'nextCalls') = 'number'
           then jsonb_set(value, '{nextCalls}', to_jsonb((value->>'nextCalls')::int - 1)) else value end
         where workspace_id = $1 and key = '${MOODS}'
           and coalesce((value->>'nextCalls')::int, 1) > 0`,
      [workspaceId],
    );
    return rowCount === 1;
  }

  async state(workspaceId: string): Promise<SandboxState> {
    return sandboxStateSchema.parse((await this.#setting(workspaceId, STATE)) ?? {});
  }

  async setState(workspaceId: string, change: Partial<SandboxState>): Promise<void> {
    await this.#keep(workspaceId, STATE, { ...(await this.state(workspaceId)), ...change });
  }

  async #setting(workspaceId: string, key: string): Promise<unknown> {
    const { rows } = await this.#pool.query<{ value: unknown }>(
      'select value from settings where workspace_id = $1 and key = $2',
      [workspaceId, key],
    );
    return rows[0]?.value;
  }

  async #keep(workspaceId: string, key: string, value: unknown): Promise<void> {
    await this.#pool.query(
      `insert into settings (workspace_id, key, value) values ($1, $2, $3)
       on conflict (workspace_id, key) do update set value = excluded.value, updated_at = now()`,
      [workspaceId, key, JSON.stringify(value)],
    );
  }

  async #one(where: string, values: unknown[]): Promise<SandboxRow | undefined> {
    const { rows } = await this.#pool.query(
      `select ${COLUMNS} from sandbox_items where ${where} limit 1`,
      values,
    );
    return rows[0];
  }

  async #many(where: string, values: unknown[]): Promise<SandboxRow[]> {
    const { rows } = await this.#pool.query(`select ${COLUMNS} from sandbox_items where ${where}`, values);
    return rows;
  }
}

/** What stands in a comment or message beside its text; what an older version wrote otherwise is left out. */
export function partsOf(row: Pick<SandboxRow, 'attachments'>): SandboxPart[] {
  return row.attachments.flatMap((part) => {
    const parsed = sandboxPartSchema.safeParse(part);
    return parsed.success ? [parsed.data] : [];
  });
}

/** How the API shows a comment or message. */
export function toSandboxItem(row: SandboxRow): SandboxItem & { attachments: SandboxPart[] } {
  return {
    id: row.externalId,
    kind: row.kind === 'comment' ? 'comment' : 'message',
    author: row.fromExternalId === row.accountExternalId ? 'account' : 'follower',
    from: { id: row.fromExternalId, username: row.fromUsername },
    to: row.toExternalId === null ? null : { id: row.toExternalId },
    parentId: row.parentExternalId,
    mediaId: row.mediaId,
    text: row.text,
    attachments: partsOf(row),
    isPrivateReply: row.isPrivateReply,
    hidden: row.hidden,
    deleted: row.deleted,
    at: row.at.toISOString(),
  };
}
