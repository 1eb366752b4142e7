import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { newId } from '../database/id.ts';
import type { Workspace } from '../executions/testing/harness.ts';
import { createWorkspace } from '../executions/testing/harness.ts';
import { createTestDatabase } from '../testing/database.ts';
import type { IncomingText } from './opt-outs.ts';
import { createOptOuts } from './opt-outs.ts';

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let workspace: Workspace;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  workspace = await createWorkspace(database.pool);
});

const message = (text: string, at: string, messageId = newId()): IncomingText => ({
  workspaceId: workspace.id,
  accountId: workspace.accountId,
  personId: 'mia',
  messageId,
  text,
  at,
});

async function optedOutAt(): Promise<string | null | undefined> {
  const { rows } = await database.pool.query<{ at: Date | null }>(
    'select opted_out_at as at from contacts where account_id = $1',
    [workspace.accountId],
  );
  return rows[0] && (rows[0].at?.toISOString() ?? null);
}

const MORNING = '2026-06-10T08:00:00.000Z';

it('the first message of somebody may be STOP, and START undoes it', async () => {
  const optOuts = createOptOuts(database.pool);
  await optOuts.mark([message('STOP', MORNING)]);
  expect(await optedOutAt()).toBe(MORNING);
  await optOuts.mark([message('start', '2026-06-10T09:00:00.000Z')]);
  expect(await optedOutAt()).toBeNull();
});

it('any other message changes nothing, and makes nobody a contact', async () => {
  await createOptOuts(database.pool).mark([message('please stop by', MORNING)]);
  expect(await optedOutAt()).toBeUndefined();
});

it('STOP delivered again after START does not count twice', async () => {
  const optOuts = createOptOuts(database.pool);
  const stop = message('stop', MORNING);
  await optOuts.mark([stop, message('start', '2026-06-10T09:00:00.000Z')]);
  await database.pool.query(
    `with v as (insert into conversations (id, workspace_id, account_id, contact_id)
       select $1, workspace_id, account_id, id from contacts where account_id = $2 returning id, workspace_id)
     insert into messages (id, workspace_id, conversation_id, external_id, direction, text, at)
     select $3, workspace_id, id, $4, 'in', 'stop', now() from v`,
    [newId(), workspace.accountId, newId(), stop.messageId],
  );
  await optOuts.mark([stop]);
  expect(await optedOutAt()).toBeNull();
});

it('a workspace has its own words; a setting that can not be read counts as none', async () => {
  const set = (value: unknown) =>
    database.pool.query(
      `insert into settings (workspace_id, key, value) values ($1, 'opt_out', $2)
       on conflict (workspace_id, key) do update set value = excluded.value`,
      [workspace.id, JSON.stringify(value)],
    );
  await set({ stop: ['ruhe'] });
  await createOptOuts(database.pool).mark([message('stop', MORNING)]);
  expect(await optedOutAt()).toBeUndefined();
  await createOptOuts(database.pool).mark([message('Ruhe!', MORNING)]);
  expect(await optedOutAt()).toBe(MORNING);
  await set({ stop: 'ruhe' });
  await createOptOuts(database.pool).mark([message('start', MORNING), message('stop', MORNING)]);
  expect(await optedOutAt()).toBe(MORNING);
});
