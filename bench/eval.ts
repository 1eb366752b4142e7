import { cpus } from 'node:os';
import type pg from 'pg';
import { NodeError } from '../engine/errors.ts';
import { ConfigError, loadDotEnv, readConfig } from '../server/config.ts';
import { checkModel, configuredProviders } from './eval/evaluated-ai.ts';
import type { Evaluation } from './eval/evaluation.ts';
import type { Part, SetAbout } from './eval/find-set.ts';
import { describeSet, findSet, unusedFiles } from './eval/find-set.ts';
import { crossValidate } from './eval/intents/cross-validate.ts';
import { evalIntents } from './eval/intents/eval-intents.ts';
import { readIntents } from './eval/intents/read-intents.ts';
import { evalLookup } from './eval/lookup/eval-lookup.ts';
import { readLookup } from './eval/lookup/read-lookup.ts';
import { evalModeration } from './eval/moderation/eval-moderation.ts';
import { readModeration } from './eval/moderation/read-moderation.ts';
import { OptionError, readEvalOptions } from './eval/options.ts';
import { printIntents, printLookup, printModeration } from './eval/print-results.ts';
import { createProgress } from './eval/progress.ts';
import { SetError } from './eval/read-rows.ts';
import { openTemporaryDatabase } from './eval/temporary-database.ts';

/**
 * `npm run eval`: how well intents are told apart, passages found and texts moderated, as tables and, in the last line, as
 * JSON; progress goes to standard error. docs/evaluation.md says what is measured and how sets are brought along.
 *
 * --only intents,lookup,moderation   parts of it
 * --model openai:gpt-5-mini          instead of the built-in provider, which costs money; several with commas; `all`: the
 *                                    built-in provider and the usual model of every provider that has a key
 * --misses                           also every row that was judged wrong
 * --calibrate                        instead: the log loss of the classifier by temperature
 */

/** Runs a part with one model and prints its tables. */
type Runner = { about: SetAbout; run(evaluation: Evaluation): Promise<unknown> };

const { progress, line: say, clear } = createProgress(process.stderr);
const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => stopping.abort(new Error('Stopped.')));
}
let database: Promise<{ pool: pg.Pool; remove(): Promise<void> }> | undefined;

try {
  const options = readEvalOptions(process.argv.slice(2));
  if (options.calibrate) console.table(crossValidate());
  else await evaluate(options);
} catch (error) {
  if (!isExpected(error)) throw error;
  say(error.message);
  process.exitCode = 1;
} finally {
  // What kept it from opening has been said.
  await database?.then(
    ({ remove }) => remove(),
    () => {},
  );
}

async function evaluate({ parts, models: wanted, misses }: ReturnType<typeof readEvalOptions>) {
  loadDotEnv();
  const config = readConfig(process.env);
  const configured = await configuredProviders(config);
  const models = [
    ...new Set(wanted.flatMap((model) => (model === 'all' ? ['builtin', ...configured] : model))),
  ];
  for (const model of models) await checkModel(config, model);
  const runners = parts.map((part) => [part, openPart(part)] as const);
  const machine = `${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores, Node ${process.versions.node}`;
  console.log(`Machine: ${machine}`);
  for (const [part, { about }] of runners) console.log(`Set of ${part}: ${about.file}: ${about.about}.`);
  const unused = unusedFiles();
  if (unused.length > 0) {
    say(`Not used: ${unused.slice(0, 20).join(', ')}. docs/evaluation.md says how sets are named.`);
  }
  const left = configured.filter((name) => !models.some((model) => model.split(':')[0] === name));
  if (left.length > 0) {
    say(`Not measured, as it may cost money: ${left.join(', ')}. Add --model ${left[0]}, or --model all.`);
  }

  const results = [];
  for (const model of models) {
    const result: Record<string, unknown> = { model };
    const onMiss = misses ? printMiss : null;
    for (const [part, { run }] of runners) {
      result[part] = await run({ model, config, progress, onMiss, signal: stopping.signal }).catch(
        (error: unknown) => failure(`${model}: ${part}`, error),
      );
    }
    results.push(result);
  }
  clear();
  const sets = Object.fromEntries(runners.map(([part, { about }]) => [part, about]));
  console.log(JSON.stringify({ machine, sets, results }));
}

/** Reads the set of a part. @throws SetError */
function openPart(part: Part): Runner {
  const set = findSet(part);
  switch (part) {
    case 'intents': {
      const { rows, leftOut } = readIntents(set);
      return {
        about: describeSet(set, rows.length, leftOut),
        run: async (evaluation) => shown(evaluation.model, await evalIntents(rows, evaluation), printIntents),
      };
    }
    case 'lookup': {
      const lookup = readLookup(set);
      return {
        about: describeSet(set, lookup.rows.length, lookup.leftOut),
        run: async (evaluation) => {
          database ??= openTemporaryDatabase();
          const { pool } = await database;
          return shown(evaluation.model, await evalLookup(lookup, pool, evaluation), printLookup);
        },
      };
    }
    case 'moderation': {
      const { rows, leftOut } = readModeration(set);
      return {
        about: describeSet(set, rows.length, leftOut),
        run: async (evaluation) =>
          shown(evaluation.model, await evalModeration(rows, evaluation), printModeration),
      };
    }
  }
}

function shown<Result>(
  model: string,
  result: Result,
  print: (model: string, result: Result) => void,
): Result {
  clear();
  print(model, result);
  return result;
}

/** A model that fails takes nothing from what was measured before. */
function failure(what: string, error: unknown): { error: string } {
  stopping.signal.throwIfAborted();
  const message = error instanceof Error ? error.message : String(error);
  say(`${what}: ${message}`);
  process.exitCode = 1;
  return { error: message };
}

function printMiss(text: string): void {
  clear();
  console.log(text);
}

function isExpected(error: unknown): error is Error {
  const isOurs = [OptionError, SetError, ConfigError, NodeError].some((kind) => error instanceof kind);
  return isOurs || stopping.signal.reason === error;
}
