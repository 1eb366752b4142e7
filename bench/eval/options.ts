import { parseArgs } from 'node:util';
import type { Part } from './find-set.ts';
import { PARTS } from './find-set.ts';

export type EvalOptions = {
  parts: Part[];
  /** Each once, in their order; `all` stands for every provider of the environment. */
  models: string[];
  misses: boolean;
  calibrate: boolean;
};

/** Something on the command line is wrong; the message is one line for the terminal. */
export class OptionError extends Error {
  override readonly name = 'OptionError';
}

const LONGEST_MODEL = 120;

/** What `npm run eval` is to measure. @throws OptionError */
export function readEvalOptions(args: string[]): EvalOptions {
  const { only, model, misses, calibrate } = parse(args);
  const models = [...new Set((model ?? ['builtin']).flatMap((each) => each.split(',')))];
  const bad = models.find((each) => each.trim() === '' || each.length > LONGEST_MODEL);
  if (bad !== undefined) {
    throw new OptionError('--model takes builtin, all or provider:model, such as openai:gpt-5-mini.');
  }
  return { parts: only === undefined ? [...PARTS] : partsOf(only), models, misses, calibrate };
}

function partsOf(text: string): Part[] {
  const names = text.split(',');
  const unknown = names.find((name) => !PARTS.some((part) => part === name));
  if (unknown !== undefined) throw new OptionError(`--only takes ${PARTS.join(', ')}, not "${unknown}".`);
  return PARTS.filter((part) => names.includes(part));
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        only: { type: 'string' },
        model: { type: 'string', multiple: true },
        misses: { type: 'boolean', default: false },
        calibrate: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new OptionError(error instanceof Error ? error.message : String(error));
  }
}
