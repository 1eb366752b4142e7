import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encryptToken } from '../../accounts/token-cipher.ts';
import type { FakeOpenAi } from '../testing/fake-openai.ts';
import { startFakeOpenAi } from '../testing/fake-openai.ts';
import { callOf, ENCRYPTION_KEY, startModelCallsBench } from '../testing/model-calls-bench.ts';
import type { ModelCallsDeps } from './create-model-calls.ts';

const KEY = 'sk-secret';
let bench: Awaited<ReturnType<typeof startModelCallsBench>>;
let openai: FakeOpenAi;
beforeAll(async () => {
  bench = await startModelCallsBench();
  openai = await startFakeOpenAi();
});
afterAll(async () => {
  openai.close();
  await bench.close();
});

const withOpenAi = (rest: Partial<ModelCallsDeps> = {}) =>
  bench.service({ OPENAI_API_KEY: KEY, OPENAI_BASE_URL: openai.url }, rest);

describe('keys', () => {
  const connect = (workspaceId: string, provider: string, key: string | null, baseUrl: string | null) =>
    bench.pool.query(
      'insert into ai_connections (workspace_id, provider, key_encrypted, base_url) values ($1, $2, $3, $4)',
      [workspaceId, provider, key && encryptToken(ENCRYPTION_KEY, key), baseUrl],
    );

  test('of workspaces are kept apart and come before that of the environment', async () => {
    const [first, second, without] = [
      await bench.workspace(),
      await bench.workspace(),
      await bench.workspace(),
    ];
    await connect(first, 'openai', 'sk-first', null);
    await connect(second, 'openai', 'sk-second', null);
    const service = withOpenAi();
    for (const [workspaceId, key] of [
      [first, 'sk-first'],
      [second, 'sk-second'],
      [without, KEY],
    ] as const) {
      openai.answer({ kind: 'text', pieces: ['ok'] });
      await service.complete(callOf(workspaceId));
      expect(openai.requests.map(({ authorization }) => authorization)).toEqual([`Bearer ${key}`]);
    }
  });

  test('of the environment never go to an address of a workspace', async () => {
    const workspaceId = await bench.workspace();
    await connect(workspaceId, 'compatible', null, openai.url);
    openai.answer({ kind: 'text', pieces: ['ok'] });
    const service = bench.service(
      { COMPATIBLE_API_KEY: 'sk-of-the-operator', COMPATIBLE_BASE_URL: 'http://127.0.0.1:1' },
      { addressRules: { allowLoopback: true } },
    );
    await service.complete(callOf(workspaceId, { model: 'compatible:m' }));
    expect(openai.requests).toHaveLength(1);
    expect(openai.requests[0]?.authorization).not.toContain('operator');
  });

  test.each(['http://127.0.0.1:1/v1', 'http://localhost:8000/v1', 'http://[::ffff:10.0.0.1]/v1'])(
    'are not sent to %s, which is not on the internet',
    async (baseUrl) => {
      const workspaceId = await bench.workspace();
      await connect(workspaceId, 'openai', 'sk-own', baseUrl);
      const call = bench.service({}).complete(callOf(workspaceId));
      await expect(call).rejects.toMatchObject({ code: 'address_refused', retryable: false });
    },
  );

  test('that were encrypted with another ENCRYPTION_KEY fail with the way out', async () => {
    const workspaceId = await bench.workspace();
    await bench.pool.query(
      'insert into ai_connections (workspace_id, provider, key_encrypted) values ($1, $2, $3)',
      [workspaceId, 'openai', encryptToken('some other encryption key', 'x')],
    );
    const call = withOpenAi().complete(callOf(workspaceId));
    await expect(call).rejects.toMatchObject({
      code: 'model_key_unreadable',
      message: /Enter the key again/,
    });
  });
});
