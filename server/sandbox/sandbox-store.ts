import type pg from 'pg';
import type { SandboxItem } from '../contract/shapes.ts';

/** A row of `sandbox_items`: one comment or message in the simulated Instagram. */
export type SandboxRow = {
  seq: number;
  workspaceId: string;
  accountExternalId: string;
  kind: 'comment' | 'message';
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

export type NewSandboxItem = Omit<SandboxRow, 'seq' | 'attachments' | 'hidden' | 'deleted'>;

const COLUMNS = `seq::float8 as seq, workspace_id as "workspaceId", account_external_id as "accountExternalId", kind,
  external_id as "externalId", parent_external_id as "parentExternalId", media_id as "mediaId",
  from_external_id as "fromExternalId", from_username as "fromUsername", to_external_id as "toExternalId", text,
  attachments, is_private_reply as "isPrivateReply", hidden, deleted, at`;

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
         from_external_id, from_username, to_external_id, text, is_private_reply, at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) returning ${COLUMNS}`,
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

  /** Messages between the account and one person, newest first. */
  conversation(accountExternalId: string, personId: string): Promise<SandboxRow[]> {
    return this.#many(
      `account_external_id = $1 and kind = 'message' and (from_external_id = $2 or to_external_id = $2)
       order by seq desc limit 25`,
      [accountExternalId, personId],
    );
  }

  async change(
    accountExternalId: string,
    externalId: string,
    change: { hidden: boolean } | { deleted: true },
  ) {
    const [column, value] = 'hidden' in change ? ['hidden', change.hidden] : ['deleted', true];
    await this.#pool.query(
      `update sandbox_items set ${column} = $3 where account_external_id = $1 and external_id = $2`,
      [accountExternalId, externalId, value],
    );
  }

  /** The newest 500 items of a workspace, oldest first. */
  async timeline(workspaceId: string, accountExternalId: string): Promise<SandboxRow[]> {
    const rows = await this.#many(
      'workspace_id = $1 and account_external_id = $2 order by seq desc limit 500',
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

/** How the API shows an item. */
export function toSandboxItem(row: SandboxRow): SandboxItem {
  return {
    id: row.externalId,
    kind: row.kind,
    author: row.fromExternalId === row.accountExternalId ? 'account' : 'follower',
    from: { id: row.fromExternalId, username: row.fromUsername },
    to: row.toExternalId === null ? null : { id: row.toExternalId },
    parentId: row.parentExternalId,
    mediaId: row.mediaId,
    text: row.text,
    attachments: row.attachments,
    isPrivateReply: row.isPrivateReply,
    hidden: row.hidden,
    deleted: row.deleted,
    at: row.at.toISOString(),
  };
}
