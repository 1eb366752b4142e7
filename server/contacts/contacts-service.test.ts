import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { TriggerEvent } from '../../engine/event.ts';
import type { Workspace } from '../executions/testing/harness.ts';
import { createWorkspace } from '../executions/testing/harness.ts';
import { createTestDatabase } from '../testing/database.ts';
import { createContactsService, MOST_FIELDS, MOST_TAGS } from './contacts-service.ts';

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let pool: pg.Pool;
let workspace: Workspace;
const { signal } = new AbortController();

beforeAll(async () => {
  database = await createTestDatabase();
  pool = database.pool;
});
afterAll(() => database.close());
beforeEach(async () => {
  workspace = await createWorkspace(pool);
});

function contactsOf(person: string | null, of = workspace) {
  const event: TriggerEvent = {
    kind: 'message',
    at: new Date().toISOString(),
    account: { id: of.accountExternalId },
    ...(person && { from: { id: person, username: `${person}_k` } }),
  };
  return createContactsService(pool, { workspaceId: of.id, event });
}

const names = (count: number, from = 0) => Array.from({ length: count }, (_, index) => `name${from + index}`);
const fieldsOf = (count: number, from = 0) => Object.fromEntries(names(count, from).map((name) => [name, 1]));

describe('the contact of an execution', () => {
  it('is known before anything was written down', async () => {
    const known = { id: 'mia', username: 'mia_k', name: '', fields: {}, tags: [] };
    expect(await contactsOf('mia').read(signal)).toEqual(known);
    expect(await contactsOf(null).read(signal)).toBeNull();
  });

  it('keeps fields until they are removed, the same written twice once', async () => {
    const contacts = contactsOf('mia');
    await contacts.update({ set: { city: 'Rome', size: 7, text: 'a\0b' }, remove: [] }, signal);
    for (const _ of [1, 2]) await contacts.update({ set: { city: 'Bonn' }, remove: ['size'] }, signal);
    expect((await contacts.read(signal))?.fields).toEqual({ city: 'Bonn', text: 'ab' });
  });

  it('keeps tags in the order in which they came, each once', async () => {
    const contacts = contactsOf('mia');
    await contacts.tag({ add: ['lead', 'vip'], remove: [] }, signal);
    const { tags } = await contacts.tag({ add: ['vip', 'buyer'], remove: ['lead'] }, signal);
    expect(tags).toEqual(['vip', 'buyer']);
  });

  it('is another one in another workspace', async () => {
    const other = await createWorkspace(pool);
    await contactsOf('mia').update({ set: { city: 'Rome' }, remove: [] }, signal);
    expect((await contactsOf('mia', other).read(signal))?.fields).toEqual({});
    const foreign = contactsOf('mia', { ...workspace, id: other.id });
    expect((await foreign.read(signal))?.fields).toEqual({});
    await expect(foreign.tag({ add: ['x'], remove: [] }, signal)).rejects.toMatchObject({
      code: 'no_contact',
    });
  });

  it('loses nothing when two executions write at once', async () => {
    const contacts = contactsOf('mia');
    await Promise.all(
      names(20).map((name) => contacts.update({ set: { [name]: name }, remove: [] }, signal)),
    );
    await Promise.all(names(20).map((name) => contacts.tag({ add: [name], remove: [] }, signal)));
    const contact = await contacts.read(signal);
    expect(Object.keys(contact?.fields ?? {})).toHaveLength(20);
    expect(contact?.tags).toHaveLength(20);
  });

  it('has room for so much and no more', async () => {
    const contacts = contactsOf('mia');
    await contacts.update({ set: fieldsOf(MOST_FIELDS), remove: [] }, signal);
    const full = { code: 'contact_full' };
    await expect(contacts.update({ set: { more: 1 }, remove: [] }, signal)).rejects.toMatchObject(full);
    await contacts.update({ set: { more: 1 }, remove: ['name0'] }, signal);
    await contacts.tag({ add: names(MOST_TAGS), remove: [] }, signal);
    await expect(contacts.tag({ add: ['more'], remove: [] }, signal)).rejects.toMatchObject(full);
    const tooLarge = contacts.update({ set: { name1: 'x'.repeat(4_096) }, remove: [] }, signal);
    await expect(tooLarge).rejects.toMatchObject({ code: 'field_too_large' });
  });

  it('is written down for the first time with what fits', async () => {
    const tooMany = contactsOf('new').update({ set: fieldsOf(MOST_FIELDS + 1), remove: [] }, signal);
    await expect(tooMany).rejects.toMatchObject({ code: 'contact_full' });
    await expect(contactsOf(null).tag({ add: ['x'], remove: [] }, signal)).rejects.toMatchObject({
      code: 'no_contact',
    });
  });
});
