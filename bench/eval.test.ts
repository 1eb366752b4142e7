import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { VARIABLES } from '../server/config.ts';

/** For whole runs on a machine that has other work. */
const PATIENCE_MS = 120_000;
const ENTRY = fileURLToPath(new URL('./eval.ts', import.meta.url));
/** Of the process: what it leaves behind would be seen here. */
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'replygraph-eval-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** The evaluation without keys of the person who runs the tests. */
function start(...args: string[]) {
  const none = Object.fromEntries(VARIABLES.map((name) => [name, undefined]));
  return spawn(process.execPath, [ENTRY, ...args], {
    cwd: folder,
    env: { ...process.env, ...none, TMPDIR: folder },
  });
}

async function run(...args: string[]) {
  const child = start(...args);
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { stdout, stderr, code };
}

const reportSchema = z.object({
  machine: z.string(),
  sets: z.record(z.string(), z.object({ file: z.string(), rows: z.number(), about: z.string() })),
  results: z.array(
    z.object({
      model: z.string(),
      lookup: z.object({ recallAt5: z.number(), mrr: z.number(), documents: z.number() }).optional(),
      moderation: z.object({ flagged: z.object({ precision: z.number(), recall: z.number() }) }).optional(),
    }),
  ),
});

test(
  'tables go out, JSON is the last line, progress goes to standard error, and nothing stays behind',
  async () => {
    const { stdout, stderr, code } = await run('--only', 'lookup,moderation');
    expect(stderr).toMatch(/builtin: lookup, questions (\d+)\/\1\n/);
    expect(code).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    const report = reportSchema.parse(JSON.parse(lines.at(-1) ?? ''));
    expect(report.sets.lookup?.about).toContain('no public benchmark');
    expect(Object.keys(report.sets)).toEqual(['lookup', 'moderation']);
    const [{ model, lookup, moderation } = { model: '' }] = report.results;
    expect(model).toBe('builtin');
    expect(lookup?.recallAt5).toBeGreaterThan(0.5);
    expect(moderation?.flagged.precision).toBeGreaterThan(0.8);
    expect(stdout).toContain(`${((lookup?.recallAt5 ?? 0) * 100).toFixed(1)} %`);
    expect(await readdir(folder)).toEqual([]);
  },
  PATIENCE_MS,
);

test(
  'stopped halfway it removes its database',
  async () => {
    const child = start('--only', 'lookup');
    const seen = text(child.stdout);
    for await (const chunk of child.stderr) {
      if (String(chunk).includes('lookup, documents')) child.kill('SIGTERM');
    }
    const [code] = child.exitCode === null ? await once(child, 'exit') : [child.exitCode];
    expect(code).toBe(1);
    expect(await seen).not.toContain('"results"');
    expect(await readdir(folder)).toEqual([]);
  },
  PATIENCE_MS,
);

test.each([
  [['--only', 'speed'], '--only takes intents, lookup, moderation, not "speed".\n'],
  [['--model', 'openai:gpt-5-mini'], /^openai:gpt-5-mini is asked for, but there is no key of OpenAI.*\n$/],
])('%j ends with one line', async (args, line) => {
  const { stdout, stderr, code } = await run(...args);
  expect({ stdout, code }).toEqual({ stdout: '', code: 1 });
  expect(stderr).toMatch(line);
});
