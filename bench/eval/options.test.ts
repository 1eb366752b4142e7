import { expect, test } from 'vitest';
import { OptionError, readEvalOptions } from './options.ts';

test('without arguments all parts are measured with the built-in provider', () => {
  expect(readEvalOptions([])).toEqual({
    parts: ['intents', 'lookup', 'moderation'],
    models: ['builtin'],
    misses: false,
    calibrate: false,
  });
});

test('parts and models are chosen, each once', () => {
  const options = readEvalOptions([
    '--only',
    'moderation,intents',
    '--model',
    'openai,all',
    '--model',
    'openai',
  ]);
  expect(options).toMatchObject({ parts: ['intents', 'moderation'], models: ['openai', 'all'] });
});

test.each([
  [['--only', 'speed'], '--only takes intents, lookup, moderation, not "speed".'],
  [['--only', ''], '--only takes intents, lookup, moderation, not "".'],
  [['--model', ''], '--model takes builtin, all or provider:model'],
  [['--fast'], "Unknown option '--fast'"],
])('%j is refused in words', (args, message) => {
  expect(() => readEvalOptions(args)).toThrow(OptionError);
  expect(() => readEvalOptions(args)).toThrow(message);
});
