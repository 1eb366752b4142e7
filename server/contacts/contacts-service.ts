import type pg from 'pg';
import { NodeError } from '../../engine/errors.ts';
import type { TriggerEvent } from '../../engine/event.ts';
import type { Contact, ContactsService } from '../../engine/services.ts';
import { newId } from '../database/id.ts';
import { jsonParameter } from '../executions/json-parameter.ts';

/** Fields of one contact. Who needs more keeps a table elsewhere and the key to it here. */
export const MOST_FIELDS = 100;
/** Largest value of a field, as JSON in UTF-8. */
export const LARGEST_FIELD_BYTES = 4 * 1024;
export const MOST_TAGS = 50;

type Person = { workspaceId: string; accountExternalId: string; externalId: string; username: string | null };

type ContactRow = {
  external_id: string;
  username: string | null;
  name: string | null;
  fields: Record<string, unknown>;
  tags: string[];
};

/**
 * The contact of one execution: the person whose event started it, in its workspace. Every change is one statement over the
 * row as it is at that moment, so that two executions of one person lose nothing of each other.
 */
export function createContactsService(
  pool: pg.Pool,
  { workspaceId, event }: { workspaceId: string; event: TriggerEvent },
): ContactsService {
  const person = personOf(workspaceId, event);

  async function change(text: string, values: unknown[], limit: string): Promise<Contact> {
    if (!person) throw noContact('The event that started the flow came from no person.');
    const { accountExternalId, externalId, username } = person;
    const { rows } = await pool.query<ContactRow>(text, [
      newId(),
      workspaceId,
      accountExternalId,
      externalId,
      username,
      ...values,
    ]);
    if (rows[0]) return toContact(rows[0]);
    if (await accountExists(pool, person)) throw new NodeError('contact_full', limit);
    throw noContact('The workspace no longer has the account that the event came to.');
  }

  return {
    read: async () => {
      if (!person) return null;
      const { rows } = await pool.query<ContactRow>({
        name: 'read-contact',
        text: READ,
        values: [workspaceId, person.accountExternalId, person.externalId],
      });
      const unknown = { external_id: person.externalId, username: person.username, name: null };
      return toContact(rows[0] ?? { ...unknown, fields: {}, tags: [] });
    },
    update: async ({ set, remove }) => {
      for (const [name, value] of Object.entries(set)) refuseLarge(name, value);
      return change(
        UPDATE_FIELDS,
        [jsonParameter(set), remove, MOST_FIELDS],
        `A contact may have ${MOST_FIELDS} fields, and this one would have more. Remove some before.`,
      );
    },
    tag: ({ add, remove }) =>
      change(
        CHANGE_TAGS,
        [add, remove, MOST_TAGS],
        `A contact may have ${MOST_TAGS} tags, and this one would have more. Remove some before.`,
      ),
  };
}

const COLUMNS = 'c.external_id, c.username, c.name, c.fields, c.tags';

const READ = `select ${COLUMNS} from accounts a join contacts c on c.account_id = a.id
where a.platform = 'instagram' and a.workspace_id = $1 and a.external_id = $2 and c.external_id = $3`;

/** Somebody who has only just been heard of is written down first. `$1` new id, `$2` to `$5` who it is. */
const insertPerson = (column: string, value: string, count: (value: string) => string) =>
  `insert into contacts as c (id, workspace_id, account_id, external_id, username, ${column})
select $1, a.workspace_id, a.id, $4, $5, ${value} from accounts a
where a.platform = 'instagram' and a.workspace_id = $2 and a.external_id = $3 and ${count(value)} <= $8::int
on conflict (account_id, external_id) do update set updated_at = now(),`;

const countFields = (fields: string) => `(select count(*) from jsonb_object_keys(${fields}))`;
const FIELDS_AFTER = '((c.fields || $6::jsonb) - $7::text[])';

/** `$6` what is set, `$7` names of what is removed, `$8` the most. */
const UPDATE_FIELDS = `${insertPerson('fields', '($6::jsonb - $7::text[])', countFields)}
  fields = ${FIELDS_AFTER} where ${countFields(FIELDS_AFTER)} <= $8::int returning ${COLUMNS}`;

/** Tags in the order in which they came, each once. */
const tagsAfter = (before: string) =>
  `array(select t.tag from unnest(${before} || $6::text[]) with ordinality as t(tag, place)
    where t.tag <> all ($7::text[]) group by t.tag order by min(t.place))`;
const countTags = (tags: string) => `cardinality(${tags})`;

/** `$6` what is added, `$7` what is removed, `$8` the most. */
const CHANGE_TAGS = `${insertPerson('tags', tagsAfter(`'{}'::text[]`), countTags)}
  tags = ${tagsAfter('c.tags')} where ${countTags(tagsAfter('c.tags'))} <= $8::int returning ${COLUMNS}`;

function personOf(workspaceId: string, { account, from }: TriggerEvent): Person | null {
  if (!account || !from) return null;
  return {
    workspaceId,
    accountExternalId: account.id,
    externalId: from.id,
    username: from.username ?? null,
  };
}

async function accountExists(pool: pg.Pool, { workspaceId, accountExternalId }: Person): Promise<boolean> {
  const { rowCount } = await pool.query(
    `select 1 from accounts where platform = 'instagram' and workspace_id = $1 and external_id = $2`,
    [workspaceId, accountExternalId],
  );
  return rowCount === 1;
}

function refuseLarge(name: string, value: unknown): void {
  const bytes = Buffer.byteLength(JSON.stringify(value) ?? '');
  if (bytes <= LARGEST_FIELD_BYTES) return;
  throw new NodeError(
    'field_too_large',
    `The field "${name}" may have ${LARGEST_FIELD_BYTES} bytes; this value has ${bytes}. Keep less of it.`,
    { field: name },
  );
}

const noContact = (why: string) =>
  new NodeError('no_contact', `There is nobody to write this down for. ${why}`);

function toContact({ external_id, username, name, fields, tags }: ContactRow): Contact {
  return { id: external_id, username: username ?? '', name: name ?? '', fields, tags };
}
