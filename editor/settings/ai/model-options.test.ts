import { expect, it } from 'vitest';
import type { ModelList } from './model-options.ts';
import { modelGroups, typedModel } from './model-options.ts';

const LISTS: ModelList[] = [
  {
    provider: 'openai',
    models: [
      { id: 'gpt-5', name: null },
      { id: 'gpt-5-mini', name: null },
    ],
  },
  { provider: 'ollama', models: [{ id: 'qwen3:8b', name: 'Qwen 3' }] },
];
const found = (search: string) =>
  modelGroups(LISTS, search).flatMap(({ options }) => options.map(({ value }) => value));

it.each([
  ['', ['openai:gpt-5', 'openai:gpt-5-mini', 'ollama:qwen3:8b']],
  ['MINI gpt', ['openai:gpt-5-mini']],
  ['qwen 3', ['ollama:qwen3:8b']],
  ['ollama:', ['ollama:qwen3:8b']],
  ['claude', []],
])('finds by %j', (search, expected) => {
  expect(found(search)).toEqual(expected);
});

it('shows some of very many, and says how many are left', () => {
  const models = Array.from({ length: 45 }, (_, at) => ({ id: `m${at}`, name: null }));
  const [group] = modelGroups([{ provider: 'openrouter', models }], '');
  expect([group?.options.length, group?.left]).toEqual([40, 5]);
});

it.each([
  ['openai:o9', undefined, 'openai:o9'],
  ['openai:gpt-5', undefined, undefined],
  ['acme:x', undefined, undefined],
  ['gpt-9', undefined, undefined],
  ['openai:', undefined, undefined],
  ['two words', 'ollama', undefined],
  ['llama3.2', 'ollama', 'ollama:llama3.2'],
  ['ollama:llama3.2', 'ollama', 'ollama:llama3.2'],
  ['openai/gpt-oss:20b', 'ollama', 'ollama:openai/gpt-oss:20b'],
  ['qwen3:8b', 'ollama', undefined],
] as const)('takes %j with %s for the model %s', (search, only, expected) => {
  expect(typedModel(LISTS, search, only)).toBe(expected);
});
