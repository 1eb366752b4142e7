import { expect, test } from 'vitest';
import { OptionError, readOptions } from './options.ts';

test('without arguments one embedded process is measured', () => {
  expect(readOptions([], {})).toMatchObject({ shapes: ['embedded'], workers: [0], growth: [] });
});

test('without --shape the environment tells it', () => {
  const databaseUrl = { DATABASE_URL: 'postgres://x' };
  expect(readOptions([], databaseUrl).shapes).toEqual(['server']);
  expect(readOptions([], { ...databaseUrl, REDIS_URL: 'redis://x' }).shapes).toEqual(['scaled']);
  expect(readOptions(['--shape', 'embedded'], databaseUrl).shapes).toEqual(['embedded']);
});

test('all means every shape and every growth; lists keep their order and lose repetitions', () => {
  const options = readOptions(['--shape', 'all', '--growth', 'all', '--workers', '0,1,2,4,2'], {});
  expect(options.shapes).toEqual(['embedded', 'server', 'scaled']);
  expect(options.growth).toEqual(['nodes', 'payload', 'rows']);
  expect(options.workers).toEqual([0, 1, 2, 4]);
});

test('numbers of rows ascend, as rows are only added', () => {
  expect(readOptions(['--rows', '5000,100'], {}).rows).toEqual([100, 5_000]);
});

test.each([
  [['--shape', 'huge'], '--shape takes embedded, server, scaled or all, not "huge".'],
  [['--growth', 'nodes,depth'], '--growth takes nodes, payload, rows or all, not "nodes,depth".'],
  [['--workers', 'two'], '--workers takes numbers separated by commas, not "two".'],
  [['--workers', '1,,2'], '--workers takes numbers separated by commas, not "1,,2".'],
  [['--rows', '0'], '--rows takes numbers separated by commas, not "0".'],
  [['--fast'], "Unknown option '--fast'"],
])('%j is refused in words', (args, message) => {
  expect(() => readOptions(args, {})).toThrow(OptionError);
  expect(() => readOptions(args, {})).toThrow(message);
});
