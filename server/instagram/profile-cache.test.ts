import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { PersonProfile } from '../../engine/services.ts';
import { createWorkspace } from '../executions/testing/harness.ts';
import { createTestDatabase } from '../testing/database.ts';
import { cachedProfile } from './profile-cache.ts';

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let account: { id: string; workspaceId: string };
let asked = 0;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  const workspace = await createWorkspace(database.pool);
  account = { id: workspace.accountId, workspaceId: workspace.id };
  asked = 0;
});

const ask = (profile: PersonProfile) =>
  cachedProfile(database.pool, account, 'person-1', async () => {
    asked += 1;
    return profile;
  });
const contact = async () => {
  const { rows } = await database.pool.query(
    'select name, username, fields, is_follower from contacts where account_id = $1',
    [account.id],
  );
  return rows;
};

describe('the profile of a person', () => {
  const mia = { username: 'mia', name: 'Mia', followerCount: 7, isFollower: false };

  it('is asked for once a day', async () => {
    expect(await ask(mia)).toEqual(mia);
    expect(await ask({ username: 'other' })).toEqual(mia);
    expect(asked).toBe(1);
    await database.pool.query(`update contacts set profile_fetched_at = now() - interval '25 hours'`);
    expect(await ask({ ...mia, isFollower: true })).toEqual({ ...mia, isFollower: true });
    expect(asked).toBe(2);
  });

  it('stands at the contact, whose own fields stay', async () => {
    await ask({ username: 'mia' });
    await database.pool.query(
      `update contacts set profile_fetched_at = null, fields = '{"city": "Bonn"}' where account_id = $1`,
      [account.id],
    );
    await ask({ name: 'Mia', followerCount: 9 });
    expect(await contact()).toEqual([
      { name: 'Mia', username: 'mia', fields: { city: 'Bonn', followerCount: 9 }, is_follower: null },
    ]);
  });
});
