import { defineConfig } from 'vitest/config';

/** Files share what they import, which takes a third of the time: these tests leave no state in modules. */
const isolate = false;

export default defineConfig({
  test: {
    // Also on two cores, where Vitest would take one: most of the time these tests wait for a database.
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: 'engine',
          include: ['engine/**/*.test.ts', 'nodes/**/*.test.ts', 'server/contract/**/*.test.ts'],
          environment: 'node',
          isolate,
        },
      },
      {
        test: {
          name: 'server',
          include: [
            'server/**/*.test.ts',
            'examples/**/*.test.ts',
            'bench/**/*.test.ts',
            'deploy/**/*.test.ts',
          ],
          exclude: ['server/contract/**'],
          environment: 'node',
          isolate,
          globalSetup: ['server/testing/global-setup.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: './vite.config.ts',
        test: {
          name: 'editor',
          include: ['editor/**/*.test.{ts,tsx}'],
          environment: 'jsdom',
          setupFiles: ['editor/testing/setup.ts'],
        },
      },
    ],
  },
});
