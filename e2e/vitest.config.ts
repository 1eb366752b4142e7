import { defineConfig } from 'vitest/config';

/**
 * Tests of the real processes from outside, and of the editor in Chromium. Three files at a time, also on two cores: each has
 * installations of its own, and most of the time they wait for something to be noticed.
 */
export default defineConfig({
  test: {
    include: ['e2e/**/*.test.ts'],
    environment: 'node',
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: 3,
  },
});
