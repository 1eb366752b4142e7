import type pg from 'pg';
import { LruMap } from '../lru-map.ts';

export type KnownAccount = { id: string; workspaceId: string; externalId: string; username: string };

export type KnownAccounts = {
  /** Connected accounts by their platform ids; missing where no workspace has one. */
  find(externalIds: string[]): Promise<Map<string, KnownAccount>>;
};

/**
 * How long an account that was found is taken for granted. One that was not found is asked for every time, so that a new
 * account hears its first event.
 */
const MAX_AGE_MS = 10_000;

/** Which workspace an event belongs to. */
export function createKnownAccounts(pool: pg.Pool): KnownAccounts {
  const known = new LruMap<string, { account: KnownAccount; until: number }>(10_000);

  async function load(externalIds: string[]): Promise<KnownAccount[]> {
    const { rows } = await pool.query<{
      id: string;
      workspace_id: string;
      external_id: string;
      username: string;
    }>({
      name: 'known-accounts',
      text: `select id, workspace_id, external_id, username from accounts
        where platform = 'instagram' and status <> 'disconnected' and external_id = any($1::text[])`,
      values: [externalIds],
    });
    return rows.map((row) => ({
      id: row.id,
      workspaceId: row.workspace_id,
      externalId: row.external_id,
      username: row.username,
    }));
  }

  return {
    find: async (externalIds) => {
      const found = new Map<string, KnownAccount>();
      const now = Date.now();
      const missing: string[] = [];
      for (const externalId of new Set(externalIds)) {
        const entry = known.get(externalId);
        if (entry && entry.until > now) found.set(externalId, entry.account);
        else missing.push(externalId);
      }
      for (const account of missing.length > 0 ? await load(missing) : []) {
        known.set(account.externalId, { account, until: now + MAX_AGE_MS });
        found.set(account.externalId, account);
      }
      return found;
    },
  };
}
