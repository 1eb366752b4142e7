import { parseArgs } from 'node:util';
import { z } from 'zod';

export const SHAPES = ['embedded', 'server', 'scaled'] as const;
export type Shape = (typeof SHAPES)[number];

const GROWTHS = ['nodes', 'payload', 'rows'] as const;
export type Growth = (typeof GROWTHS)[number];

export type BenchOptions = {
  shapes: Shape[];
  /** Worker processes beside one server process, one run for each; 0 = one process that does everything. */
  workers: number[];
  growth: Growth[];
  /** Stored executions under which `--growth rows` measures, ascending. */
  rows: number[];
  quick: boolean;
  full: boolean;
  skipEngine: boolean;
  /** What every SQL statement costs; needs a PostgreSQL of our own. */
  statements: boolean;
};

/** Something on the command line is wrong; the message is one line for the terminal. */
export class OptionError extends Error {
  override readonly name = 'OptionError';
}

const positive = z.coerce.number().int().min(1).max(100_000_000);
const workerCount = z.coerce.number().int().min(0).max(64);

/**
 * What `npm run bench` is to measure.
 * @param environment tells the shape where `--shape` does not, by DATABASE_URL and REDIS_URL
 * @throws OptionError
 */
export function readOptions(args: string[], environment: Record<string, string | undefined>): BenchOptions {
  const given = parse(args);
  const fromEnvironment: Shape = environment.REDIS_URL
    ? 'scaled'
    : environment.DATABASE_URL
      ? 'server'
      : 'embedded';
  const rows = given.rows ? numbers('rows', given.rows, positive) : given.quick ? [1_000, 10_000] : ROWS;
  return {
    shapes: given.shape ? choices('shape', given.shape, SHAPES) : [fromEnvironment],
    workers: numbers('workers', given.workers ?? '0', workerCount),
    growth: given.growth ? choices('growth', given.growth, GROWTHS) : [],
    rows: rows.toSorted((a, b) => a - b),
    quick: given.quick,
    full: given.full,
    skipEngine: given['skip-engine'],
    statements: given.statements,
  };
}

const ROWS = [10_000, 1_000_000];

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        shape: { type: 'string' },
        workers: { type: 'string' },
        growth: { type: 'string' },
        rows: { type: 'string' },
        quick: { type: 'boolean', default: false },
        full: { type: 'boolean', default: false },
        'skip-engine': { type: 'boolean', default: false },
        statements: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new OptionError(error instanceof Error ? error.message : String(error));
  }
}

function choices<Name extends string>(option: string, text: string, known: readonly Name[]): Name[] {
  if (text === 'all') return [...known];
  const chosen = z.array(z.enum(known)).safeParse(text.split(','));
  if (!chosen.success) throw new OptionError(`--${option} takes ${known.join(', ')} or all, not "${text}".`);
  return [...new Set(chosen.data)];
}

function numbers(option: string, text: string, each: z.ZodType<number>): number[] {
  const parsed = z.array(each).safeParse(text.split(','));
  if (!parsed.success || text.split(',').includes('')) {
    throw new OptionError(`--${option} takes numbers separated by commas, not "${text}".`);
  }
  return [...new Set(parsed.data)];
}
