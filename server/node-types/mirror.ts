import type pg from 'pg';
import type { NodeCatalogue } from '../../engine/catalogue.ts';

/**
 * Writes the catalogue into the table `node_types`, where admins switch types off, and takes over their switches.
 * Types that this process no longer knows leave the table. Runs at start.
 */
export async function mirrorCatalogue(pool: pg.Pool, catalogue: NodeCatalogue): Promise<void> {
  const nodes = catalogue.list().map(({ description, source }) => ({
    type: description.type,
    name: description.name,
    version: description.version,
    category: description.category,
    source,
  }));
  await pool.query(
    `with known as (
       select * from jsonb_to_recordset($1::jsonb) as k(type text, name text, version int, category text, source text)
     ), gone as (
       delete from node_types t where not exists (select 1 from known k where k.type = t.type)
     )
     insert into node_types (type, name, version, category, source)
     select type, name, version, category, source from known order by type
     on conflict (type) do update
       set name = excluded.name, version = excluded.version, category = excluded.category,
           source = excluded.source, updated_at = now()
       where (node_types.name, node_types.version, node_types.category, node_types.source)
         is distinct from (excluded.name, excluded.version, excluded.category, excluded.source)`,
    [JSON.stringify(nodes)],
  );
  await readSwitches(pool, catalogue);
}

/** Takes over which types are switched off; another process may have changed it. */
export async function readSwitches(pool: pg.Pool, catalogue: NodeCatalogue): Promise<void> {
  const { rows } = await pool.query<{ type: string; enabled: boolean }>(
    'select type, enabled from node_types',
  );
  for (const { type, enabled } of rows) catalogue.setEnabled(type, enabled);
}

/** Switches a type on or off. @returns false when there is no such type */
export async function switchNodeType(
  pool: pg.Pool,
  catalogue: NodeCatalogue,
  type: string,
  enabled: boolean,
): Promise<boolean> {
  if (!catalogue.get(type)) return false;
  await pool.query('update node_types set enabled = $2, updated_at = now() where type = $1', [type, enabled]);
  catalogue.setEnabled(type, enabled);
  return true;
}
