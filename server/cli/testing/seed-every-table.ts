import pg from 'pg';
import { listMigrations } from '../backup/our-migrations.ts';
import type { Reference } from '../backup/table-order.ts';
import { orderByReferences } from '../backup/table-order.ts';

/** What COPY has to escape, and what it must not mistake for its own marks. */
const DIFFICULT = `tab\there\nnew line\r\nback\\slash \\N \\. "quotes' ünï 🙂`;

type Column = {
  table: string;
  column: string;
  type: string;
  target: string | null;
  targetColumn: string | null;
};

/**
 * Fills every table of ours, also those that came after this was written, by the types of their columns and their
 * foreign keys. No two rows are alike.
 */
export async function seedEveryTable(client: pg.Client, rowsPerTable = 3): Promise<void> {
  const tables = listMigrations().at(-1)?.tables ?? [];
  const columns = await readColumns(client, tables);
  const references = columns.flatMap(({ table, target }): Reference[] =>
    target ? [{ from: table, to: target }] : [],
  );
  for (const table of orderByReferences(tables, references)) {
    const own = columns.filter((column) => column.table === table);
    for (let row = 1; row <= rowsPerTable; row++) {
      const values = own.map((column) => valueFor(column, row));
      const names = own.map(({ column }) => pg.escapeIdentifier(column));
      await client.query(`insert into ${pg.escapeIdentifier(table)} (${names}) values (${values})`);
    }
  }
  await client.query(`update accounts set is_sandbox = false`);
  await client.query(`update flow_executions set status = 'succeeded'`);
}

async function readColumns(client: pg.Client, tables: string[]): Promise<Column[]> {
  const { rows } = await client.query<Column>(
    `select c.relname::text as "table", a.attname::text as "column", format_type(a.atttypid, null) as type,
       t.relname::text as target, ta.attname::text as "targetColumn"
     from pg_class c
     join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
       and a.attidentity = '' and a.attgenerated = ''
     left join pg_constraint k on k.contype = 'f' and k.conrelid = c.oid and k.conkey = array[a.attnum]
     left join pg_class t on t.oid = k.confrelid
     left join pg_attribute ta on ta.attrelid = k.confrelid and ta.attnum = k.confkey[1]
     where c.relnamespace = 'public'::regnamespace and c.relname = any($1) order by c.relname, a.attnum`,
    [tables],
  );
  return rows;
}

function valueFor({ table, column, type, target, targetColumn }: Column, row: number): string {
  if (target && targetColumn) {
    const name = pg.escapeIdentifier(targetColumn);
    return `(select ${name} from ${pg.escapeIdentifier(target)} order by ${name} offset ${row - 1} limit 1)`;
  }
  const text = pg.escapeLiteral(`${DIFFICULT} ${table}.${column} ${row}`);
  switch (type) {
    case 'uuid':
      return 'gen_random_uuid()';
    case 'text':
      return text;
    case 'text[]':
      return `array[${text}, null, '']`;
    case 'jsonb':
      return `jsonb_build_object('text', ${text}, 'null', null, 'list', array[1, 2.5, ${row}])`;
    case 'boolean':
      return String(row % 2 === 0);
    case 'integer':
    case 'bigint':
      return String(row);
    case 'double precision':
      return `${row} + 0.1`;
    case 'date':
      return `date '2026-02-03' + ${row}`;
    case 'bytea':
      return `decode('00ff5c0a${row}${row}', 'hex')`;
    case 'timestamp with time zone':
      return `timestamptz '2026-02-03 04:05:06.789012+02' + interval '${row} days'`;
    case 'tsvector':
      return `to_tsvector('simple', ${text})`;
    default:
      return 'null';
  }
}
