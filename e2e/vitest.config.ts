import { defineConfig } from 'vitest/config';

/**
 * Tests of the real processes from outside, and of the editor in Chromium. Three files at a time, also on two cores: each has
 * installations of its own, and most of the time they wait for something to be noticed. What is waited for may take its time
 * on a busy machine: a limit is there for what never comes.
 */
export default defineConfig({
  test: {
    include: ['e2e/**/*.test.ts'],
    environment: 'node',
    testTimeout: 300_000,
    hookTimeout: 300_000,
    maxWorkers: 3,
  },
});
