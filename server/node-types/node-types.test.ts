import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NodeCatalogue } from '../../engine/catalogue.ts';
import type { ApiServer } from '../http/testing/api-server.ts';
import { startApi } from '../http/testing/api-server.ts';
import { createTestCatalogue } from '../http/testing/catalogue.ts';
import { mirrorCatalogue } from './mirror.ts';

let api: ApiServer;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

const readTable = async () =>
  (await api.pool.query('select type, name, version, enabled from node_types order by type')).rows;

describe('node types', () => {
  it('are readable without a session, at both addresses', async () => {
    const [plain, versioned] = [
      await api.call('GET', '/node-types'),
      await api.call('GET', '/api/v1/node-types'),
    ];
    expect(plain.body).toEqual(versioned.body);
    expect(plain.body).toContainEqual(
      expect.objectContaining({
        type: 'test.step',
        configSchema: expect.objectContaining({ required: ['text'] }),
        outputs: [{ id: 'out' }],
        source: 'builtin',
        enabled: true,
      }),
    );
  });

  it('are switched by admins only, and stay off after a restart and in other processes', async () => {
    const { admin, editor } = await api.createWorkspace();
    const put = (key: string, type = 'test.step') =>
      api.call('PUT', `/api/v1/node-types/${type}`, { key, body: { enabled: false } });
    expect((await put(editor)).status).toBe(403);
    expect((await put(admin, 'test.unknown')).status).toBe(404);
    expect((await put(admin)).body).toMatchObject({ type: 'test.step', enabled: false });

    const restarted = createTestCatalogue();
    await mirrorCatalogue(api.pool, restarted);
    expect(restarted.get('test.step')?.enabled).toBe(false);
    expect(restarted.get('trigger.manual')?.enabled).toBe(true);

    await api.pool.query("update node_types set enabled = true where type = 'test.step'");
    const list = await api.call('GET', '/node-types');
    expect(list.body.every((info: { enabled: boolean }) => info.enabled)).toBe(true);
  });

  it('stand in the table as the catalogue has them, and leave it when they are gone', async () => {
    expect(await readTable()).toEqual([
      { type: 'test.step', name: 'Step', version: 2, enabled: true },
      { type: 'trigger.manual', name: 'Manual', version: 1, enabled: true },
    ]);
    await mirrorCatalogue(api.pool, new NodeCatalogue());
    expect(await readTable()).toEqual([]);
  });
});
