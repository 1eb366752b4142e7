import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { AddressRules } from '../http-client/checked-lookup.ts';
import { saveConnection } from './connections.ts';
import { createOpenAiModeration } from './openai-moderation.ts';
import type { AiEnvironment } from './providers.ts';
import { moderateText } from './tasks/moderate.ts';
import type { FakeOpenAi } from './testing/fake-openai.ts';
import { startFakeOpenAi } from './testing/fake-openai.ts';
import { ENCRYPTION_KEY, startModelCallsBench } from './testing/model-calls-bench.ts';

const KEY = 'sk-secret';
const OPENAI = 'openai:omni-moderation-latest';
/** Asked once more at once, instead of after half a second. */
const AT_ONCE = { 'retry-after-ms': '1' };

let bench: Awaited<ReturnType<typeof startModelCallsBench>>;
let openai: FakeOpenAi;
let workspaceId: string;

beforeAll(async () => {
  [bench, openai] = await Promise.all([startModelCallsBench(), startFakeOpenAi()]);
});
beforeEach(async () => {
  workspaceId = await bench.workspace();
  openai.moderations.answer();
  openai.moderations.always({ kind: 'scores', scores: {} });
});
afterAll(async () => {
  openai.close();
  await bench.close();
});

const withKey = (): AiEnvironment => ({ OPENAI_API_KEY: KEY, OPENAI_BASE_URL: openai.url });
const depsOf = (config: AiEnvironment, addressRules?: AddressRules) => ({
  pool: bench.pool,
  config,
  encryptionKey: ENCRYPTION_KEY,
  addressRules,
});

/** What the moderation of a process says about a text. */
async function moderated(
  text: string,
  deps: ReturnType<typeof depsOf> = depsOf(withKey()),
  signal: AbortSignal = new AbortController().signal,
) {
  const provider = createOpenAiModeration(deps);
  try {
    return await moderateText({ workspaceId }, provider, text, signal);
  } finally {
    await provider.close();
  }
}

describe('a text', () => {
  test('that is flagged has the scores of the provider, under our names', async () => {
    openai.moderations.answer({
      kind: 'scores',
      scores: {
        harassment: 0.2,
        'harassment/threatening': 0.97,
        'sexual/minors': 0.6,
        'self-harm/intent': 0.7,
      },
    });
    const { scores, usage } = await moderated('See you tonight.');
    expect(scores).toMatchObject({ insult: 0.2, threat: 0.97, sexual: 0.6, self_harm: 0.7, hate: 0 });
    expect(usage).toEqual({ model: OPENAI });
    expect(openai.moderations.requests).toEqual([
      { model: 'omni-moderation-latest', input: 'See you tonight.', authorization: `Bearer ${KEY}` },
    ]);
  });

  test('that is not flagged stays what the built-in lists say', async () => {
    const { scores, usage } = await moderated('You idiot, see https://spam.example');
    expect(usage).toEqual({ model: OPENAI });
    expect(scores.insult).toBeGreaterThan(0.9);
    expect(scores).toMatchObject({ threat: 0, hate: 0, link: 1 });
  });

  test('that is empty is not sent', async () => {
    expect((await moderated('  ')).usage).toEqual({ model: 'builtin' });
    expect(openai.moderations.requests).toEqual([]);
  });
});

describe('a provider that', () => {
  test.each([
    [429, 'model_rate_limit', true],
    [500, 'model_unavailable', true],
    [401, 'model_key_refused', false],
  ])('answers %i, also when asked again, fails the step', async (status, code, retryable) => {
    openai.moderations.always({ kind: 'error', status, headers: AT_ONCE });
    const failed = moderated('Hello');
    await expect(failed).rejects.toMatchObject({ name: 'NodeError', code, retryable });
    await expect(failed).rejects.toThrow(/^(?!.*sk-secret)/);
    expect(openai.moderations.requests).toHaveLength(retryable ? 2 : 1);
  });

  test('recovers at once is asked again', async () => {
    openai.moderations.answer(
      { kind: 'error', status: 500, headers: AT_ONCE },
      { kind: 'scores', scores: { hate: 0.9 } },
    );
    expect((await moderated('Hello')).scores.hate).toBe(0.9);
  });

  test.each([
    ['no results', '{"id":"m","model":"omni","results":[]}'],
    ['no results at all', '{"id":"m"}'],
    ['a result without scores', '{"results":[{"flagged":false}]}'],
    ['scores of nothing that we know', '{"results":[{"category_scores":{"rudeness":0.1}}]}'],
    ['scores that are none', '{"results":[{"category_scores":{"hate":"high"}}]}'],
    ['something else than an object', '[]'],
  ])('answers with %s is not taken for one that finds nothing', async (_what, body) => {
    openai.moderations.answer({ kind: 'body', body });
    await expect(moderated('Hello')).rejects.toMatchObject({ code: 'moderation_unusable', retryable: true });
  });

  test('answers with what is no JSON cannot be reached', async () => {
    openai.moderations.answer({ kind: 'body', body: '{"results": [' });
    await expect(moderated('Hello')).rejects.toMatchObject({ code: 'model_unreachable', retryable: true });
  });

  test('has no moderation leaves it to the built-in lists', async () => {
    openai.moderations.answer({ kind: 'error', status: 404 });
    const { scores, usage } = await moderated('You idiot');
    expect(usage).toEqual({ model: 'builtin' });
    expect(scores.insult).toBeGreaterThan(0.9);
  });

  test('does not answer is given up on when the caller does', async () => {
    openai.moderations.answer({ kind: 'silence' });
    const given = new AbortController();
    const asked = moderated('Hello', depsOf(withKey()), given.signal);
    await expect.poll(() => openai.moderations.requests.length).toBe(1);
    given.abort(new Error('enough'));
    await expect(asked).rejects.toThrow('enough');
  });
});

describe('the key', () => {
  test('is missing: the built-in lists look alone', async () => {
    expect((await moderated('Hello', depsOf({}))).usage).toEqual({ model: 'builtin' });
    expect(openai.moderations.requests).toEqual([]);
  });

  test('and the address of the workspace come before those of the environment', async () => {
    const deps = depsOf({ OPENAI_API_KEY: 'sk-environment' }, { allowLoopback: true });
    await saveConnection(deps, workspaceId, 'openai', { apiKey: KEY, baseUrl: openai.url });
    expect((await moderated('Hello', deps)).usage).toEqual({ model: OPENAI });
    expect(openai.moderations.requests).toMatchObject([{ authorization: `Bearer ${KEY}` }]);
  });

  test('does not go to an address of the workspace that is none of the public internet', async () => {
    const local = depsOf({}, { allowLoopback: true });
    await saveConnection(local, workspaceId, 'openai', { apiKey: KEY, baseUrl: openai.url });
    await expect(moderated('Hello', depsOf({}))).rejects.toMatchObject({ code: 'address_refused' });
    expect(openai.moderations.requests).toEqual([]);
  });

  test('that cannot be decrypted any more is said, and nothing passes unseen', async () => {
    await bench.pool.query(
      `insert into ai_connections (workspace_id, provider, key_encrypted) values ($1, 'openai', 'v1.other')`,
      [workspaceId],
    );
    await expect(moderated('Hello')).rejects.toMatchObject({ code: 'model_key_unreadable' });
  });
});
