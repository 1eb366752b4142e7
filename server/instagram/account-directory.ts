import type pg from 'pg';
import { NodeError } from '../../engine/errors.ts';
import { decryptToken } from '../accounts/token-cipher.ts';
import type { Login } from '../contract/accounts.ts';
import { ExpiringCache } from '../expiring-cache.ts';
import type { GraphAccount } from './graph-client.ts';
import type { LimitedAccount } from './send-limits.ts';

/** How long a token read from the database is used before it is read again. */
const CACHE_MS = 10_000;
const CACHE_SIZE = 10_000;

/** An account of ours, ready to be spoken for. */
export type ConnectedAccount = GraphAccount &
  LimitedAccount & {
    /** How it was connected; `manual`: by a token that somebody typed in. */
    login: Login | 'manual';
    /** Tells its token from an earlier or later one without showing it. */
    tokenPrint: string;
  };

type Row = {
  id: string;
  username: string;
  is_sandbox: boolean;
  external_id: string;
  access_token_encrypted: string;
  token_print: string;
  graph_url: string | null;
  login: Login | 'manual';
  status: string;
};

/** Finds accounts with their decrypted tokens for the Instagram client, inside one workspace at a time. */
export class AccountDirectory {
  readonly #pool: pg.Pool;
  readonly #encryptionKey: string;
  readonly #graphUrl: string;
  readonly #ownUrl: () => string;
  readonly #cache = new ExpiringCache<Promise<ConnectedAccount>>(CACHE_SIZE, CACHE_MS);

  /**
   * @param urls `graph`: base of the Graph API for accounts that name none; `own`: this installation's address, to which
   *   a `graph_url` that starts with `/` is relative
   */
  constructor(pool: pg.Pool, encryptionKey: string, urls: { graph: string; own: () => string }) {
    this.#pool = pool;
    this.#encryptionKey = encryptionKey;
    this.#graphUrl = urls.graph;
    this.#ownUrl = urls.own;
  }

  /**
   * @param key `{id}` of our row or `{externalId}` of the platform
   * @throws NodeError when the workspace has no such account, it needs a new login, or it is disconnected
   */
  find(workspaceId: string, key: { id: string } | { externalId: string }): Promise<ConnectedAccount> {
    const cacheKey = `${workspaceId}/${'id' in key ? `id:${key.id}` : key.externalId}`;
    const cached = this.#cache.get(cacheKey);
    if (cached) return cached;
    const account = this.#read(workspaceId, key);
    account.catch(() => this.#cache.delete(cacheKey));
    this.#cache.set(cacheKey, account);
    return account;
  }

  /** Its token was refused: the next call reads the account anew. */
  forget({ workspaceId, id, externalId }: ConnectedAccount): void {
    this.#cache.delete(`${workspaceId}/id:${id}`);
    this.#cache.delete(`${workspaceId}/${externalId}`);
  }

  async #read(workspaceId: string, key: { id: string } | { externalId: string }): Promise<ConnectedAccount> {
    const [column, value] = 'id' in key ? ['id::text', key.id] : ['external_id', key.externalId];
    const { rows } = await this.#query(
      `select id, username, is_sandbox, external_id, access_token_encrypted,
           md5(access_token_encrypted) as token_print, graph_url, login, status
         from accounts where workspace_id = $1 and ${column} = $2`,
      [workspaceId, value],
    );
    const row = rows[0];
    if (!row) {
      throw new NodeError(
        'account_unknown',
        `There is no Instagram account ${value} here. Connect it under Accounts.`,
      );
    }
    if (row.status === 'needs_login') {
      throw new NodeError(
        'policy_account_needs_login',
        `Not sent: sending for @${row.username} is paused, because Instagram no longer accepts its login. Connect it again under Accounts, then retry this run.`,
      );
    }
    if (row.status !== 'connected') {
      throw new NodeError(
        'account_disconnected',
        `Instagram account ${value} is not connected. Connect it again under Accounts.`,
      );
    }
    return {
      id: row.id,
      workspaceId,
      username: row.username,
      isSandbox: row.is_sandbox,
      login: row.login,
      externalId: row.external_id,
      graphUrl: this.#resolve(row.graph_url),
      accessToken: decryptToken(this.#encryptionKey, row.access_token_encrypted),
      tokenPrint: row.token_print,
    };
  }

  /** Nothing was sent when an account can't be read: whoever asks, often inside an effect, must be able to tell. */
  async #query(text: string, values: string[]): Promise<{ rows: Row[] }> {
    try {
      return await this.#pool.query<Row>(text, values);
    } catch (error) {
      throw new NodeError(
        'account_unreadable',
        'The Instagram account could not be read from the database.',
        {
          retryable: true,
          outcome: 'not_performed',
          cause: error,
        },
      );
    }
  }

  #resolve(graphUrl: string | null): string {
    if (graphUrl === null) return this.#graphUrl;
    return graphUrl.startsWith('/') ? this.#ownUrl() + graphUrl : graphUrl;
  }
}
