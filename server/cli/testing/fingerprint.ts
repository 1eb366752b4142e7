import pg from 'pg';
import { listMigrations } from '../backup/our-migrations.ts';
import { withClient } from './scratch-database.ts';

/** Rows and a hash of all values of every table of ours that a backup holds. */
export function fingerprint(url: string): Promise<Record<string, { rows: number; hash: string | null }>> {
  return withClient(url, async (client) => {
    await client.query(`set timezone = 'UTC'; set datestyle = 'ISO, YMD'`);
    const tables = (listMigrations().at(-1)?.tables ?? []).filter((table) => table !== 'processes');
    const result: Record<string, { rows: number; hash: string | null }> = {};
    for (const table of tables.sort()) {
      const { rows } = await client.query<{ rows: number; hash: string | null }>(
        `select count(*)::int as rows, md5(string_agg(t::text, '|' order by t::text collate "C")) as hash
         from ${pg.escapeIdentifier(table)} t`,
      );
      result[table] = { rows: rows[0]?.rows ?? -1, hash: rows[0]?.hash ?? null };
    }
    return result;
  });
}
