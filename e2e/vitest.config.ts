import { defineConfig } from 'vitest/config';

/** Browser tests: the real server as a child process, Chromium driven by playwright-core. */
export default defineConfig({
  test: {
    include: ['e2e/**/*.test.ts'],
    environment: 'node',
    testTimeout: 120_000,
    hookTimeout: 120_000,
    fileParallelism: false,
  },
});
