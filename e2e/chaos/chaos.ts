import { parseArgs } from 'node:util';
import { z } from 'zod';
import { missingFor } from '../support/stage.ts';
import { chaosLines, runChaos } from './run-chaos.ts';

/**
 * `npm run chaos`: thousands of signed webhooks while random processes and services are killed; exits with 1 unless
 * everything that was acknowledged ran once, was answered once, and in order.
 */
const { values } = parseArgs({
  options: {
    webhooks: { type: 'string', default: '10000' },
    people: { type: 'string', default: '400' },
    'per-second': { type: 'string', default: '60' },
    /** Seconds between two blows, on average. */
    every: { type: 'string', default: '3' },
    seed: { type: 'string', default: String(Date.now() % 100_000) },
    /** `scaled` (PostgreSQL and Redis, two servers, two workers) or `embedded`. */
    shape: { type: 'string', default: 'scaled' },
    /** Only the report. */
    quiet: { type: 'boolean', default: false },
  },
});
const count = z.coerce.number().int().positive();
const shape = z.enum(['scaled', 'embedded']).parse(values.shape);
const seed = count.parse(values.seed);
const reason = missingFor([shape]);

if (reason) {
  console.error(`Chaos can't run here: ${reason}.`);
  process.exitCode = 1;
} else {
  const begin = performance.now();
  const log = (line: string) =>
    console.log(`${((performance.now() - begin) / 1_000).toFixed(1).padStart(6)} s  ${line}`);
  log(`seed ${seed}`);
  const report = await runChaos({
    shape,
    webhooks: count.parse(values.webhooks),
    people: count.parse(values.people),
    perSecond: count.parse(values['per-second']),
    everySeconds: z.coerce.number().positive().parse(values.every),
    seed,
    log: values.quiet ? () => {} : log,
  });
  for (const line of chaosLines(report)) console.log(line);
  process.exitCode = report.isFlawless ? 0 : 1;
}
