import { describe, expect, test } from 'vitest';
import type { AiProviderName } from '../contract/ai.ts';
import { DEFAULT_CHOICES } from './ai-settings.ts';
import type { Connection, Connections } from './connections.ts';
import { isThinkingModel, TASKS } from './providers.ts';
import type { RouteRequest } from './router.ts';
import { routeCall } from './router.ts';

const reached = (provider: AiProviderName, source: Connection['source'] = 'environment'): Connection => ({
  provider,
  apiKey: 'k',
  baseUrl: 'http://x',
  source,
  isOwnUrl: false,
});
const having = (...connections: Connection[]): Connections =>
  new Map(connections.map((connection) => [connection.provider, connection]));
const names = (request: RouteRequest, connections: Connections, choices = DEFAULT_CHOICES) => {
  const route = routeCall(request, choices, connections);
  return route === 'builtin' ? route : route.map(({ name }) => name);
};

describe('who is asked', () => {
  const both = having(reached('openai'), reached('anthropic', 'workspace'));

  test.each<[string, RouteRequest, Connections, string | string[]]>([
    ['without any key, the built-in provider', { task: 'classify' }, having(), 'builtin'],
    ['with a key, its usual model', { task: 'classify' }, having(reached('openai')), ['openai:gpt-5-mini']],
    [
      'for what is worth more, its larger one',
      { task: 'crisis' },
      having(reached('openai')),
      ['openai:gpt-5'],
    ],
    [
      "the workspace's key before the environment's",
      { task: 'caption' },
      both,
      ['anthropic:claude-haiku-4-5'],
    ],
    ['the step before all', { task: 'caption', model: 'openai:x' }, both, ['openai:x']],
    ['a provider alone', { task: 'caption', model: ' openai ' }, both, ['openai:gpt-5-mini']],
    ['the built-in provider where asked for', { task: 'caption', model: 'builtin' }, both, 'builtin'],
    [
      'a fallback whose provider has a key',
      { task: 'plan', fallback: 'openai:y' },
      both,
      ['anthropic:claude-sonnet-4-5', 'openai:y'],
    ],
    ['no fallback without key', { task: 'plan', fallback: 'google' }, both, ['anthropic:claude-sonnet-4-5']],
    [
      'names with colons',
      { task: 'plan', model: 'ollama:qwen3:8b' },
      having(reached('ollama')),
      ['ollama:qwen3:8b'],
    ],
    [
      'never a server without a usual model by itself',
      { task: 'plan' },
      having(reached('compatible')),
      'builtin',
    ],
  ])('%s', (_what, request, connections, expected) => {
    expect(names(request, connections)).toEqual(expected);
  });

  test("the workspace's choice for a task, and its provider for the rest", () => {
    const choices = {
      ...DEFAULT_CHOICES,
      router: {
        provider: 'openai' as const,
        tasks: { report: { model: 'anthropic:big', maxTokens: 99, fallback: 'openai' } },
      },
    };
    expect(names({ task: 'report' }, both, choices)).toEqual(['anthropic:big', 'openai:gpt-5']);
    expect(names({ task: 'plan' }, both, choices)).toEqual(['openai:gpt-5']);
    const route = routeCall({ task: 'report' }, choices, both);
    expect(route).toMatchObject([
      { maxTokens: 99, thinkingTokens: 0 },
      { maxTokens: 99, thinkingTokens: 4_096 },
    ]);
    expect(routeCall({ task: 'report', maxTokens: 7 }, choices, both)).toMatchObject([{ maxTokens: 7 }, {}]);
  });

  test.each([
    ['openai:gpt-5', 'model_key_missing', /OPENAI_API_KEY/],
    ['compatible:x', 'model_key_missing', /COMPATIBLE_BASE_URL/],
    ['acme:x', 'unknown_model', /acme:x/],
  ])('%s without a way there fails with %s', (model, code, message) => {
    expect(() => routeCall({ task: 'plan', model }, DEFAULT_CHOICES, having())).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message), retryable: false }),
    );
  });

  test('a server without a usual model has to be told one', () => {
    const request: RouteRequest = { task: 'plan', model: 'compatible' };
    expect(() => routeCall(request, DEFAULT_CHOICES, having(reached('compatible')))).toThrow(
      /compatible:<model>/,
    );
  });
});

test('tasks have their caps', () => {
  const caps = Object.fromEntries(Object.entries(TASKS).map(([task, { maxTokens }]) => [task, maxTokens]));
  expect(caps).toEqual({
    classify: 256,
    short_reply: 512,
    caption: 1_024,
    plan: 2_048,
    report: 2_048,
    client_comms: 4_096,
    crisis: 4_096,
  });
});

test.each([
  ['gpt-5-mini', true],
  ['openai/gpt-5.1', true],
  ['o4-mini', true],
  ['gemini-2.5-flash', true],
  ['gemini-3-pro-preview', true],
  ['deepseek/deepseek-r1', true],
  ['qwen3:8b', true],
  ['gpt-5-chat-latest', false],
  ['gpt-4.1-mini', false],
  ['gemini-2.5-flash-lite', false],
  ['claude-sonnet-4-5', false],
  ['claude-haiku-4-5-20251001', false],
  ['claude-opus-5-5', true],
  ['claude-sonnet-5', true],
  ['llama3.2', false],
])('%s thinks: %s', (model, thinks) => {
  expect(isThinkingModel(model)).toBe(thinks);
});
