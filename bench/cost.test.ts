import { expect, test } from 'vitest';
import type { Reading } from './cost.ts';
import { costFigures, costOf } from './cost.ts';

const before: Reading = {
  at: 0,
  processCpuMs: 100,
  databaseCpuMs: 50,
  loadCpuMs: 10,
  walBytes: 1_000,
  fullPageImages: 1,
  transactions: 10,
  tableBytes: 8_192,
  indexBytes: 8_192,
  connections: 3,
  tables: {
    flow_executions: { inserted: 5, updated: 5, hot: 1 },
    flows: { inserted: 1, updated: 0, hot: 0 },
  },
  redis: { cpuMs: 1, commands: 100, bytesIn: 1_000, bytesOut: 500, memoryBytes: 9 },
};
const after: Reading = {
  ...before,
  at: 1_000,
  processCpuMs: 200,
  databaseCpuMs: 150,
  loadCpuMs: 60,
  walBytes: 51_000,
  transactions: 20,
  connections: 7,
  tables: {
    flow_executions: { inserted: 105, updated: 205, hot: 101 },
    flows: { inserted: 1, updated: 0, hot: 0 },
    execution_steps: { inserted: 500, updated: 0, hot: 0 },
  },
  redis: { cpuMs: 11, commands: 600, bytesIn: 2_000, bytesOut: 600, memoryBytes: 9 },
};

test('a cost is the difference of two readings per flow, of tables that were written', () => {
  expect(costOf(before, after, 100)).toMatchObject({
    processCpuMs: 1,
    databaseCpuMs: 1,
    loadCpuMs: 0.5,
    walBytes: 500,
    transactions: 0.1,
    rowsInserted: 6,
    rowsUpdated: 2,
    tables: {
      flow_executions: { inserted: 1, updated: 2, hot: 1 },
      execution_steps: { inserted: 5, updated: 0, hot: 0 },
    },
    connections: 7,
    redis: { cpuMs: 0.1, commands: 5, bytesIn: 10, bytesOut: 1 },
  });
});

test('what can not be known is not measured, rather than nought', () => {
  const cost = costOf({ ...before, databaseCpuMs: null, redis: null }, { ...after, redis: null }, 100);
  expect(cost).toMatchObject({ databaseCpuMs: null, redis: null });
  const figures = costFigures(cost);
  expect(figures).toContainEqual({ name: 'per flow: CPU of PostgreSQL', value: null, unit: 'ms' });
  expect(figures.some(({ name }) => name.includes('Redis'))).toBe(false);
});
