import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { createAiService } from '../server/ai/ai-service.ts';
import { baseModel, trainClassifier } from '../server/ai/builtin/classifier.ts';
import { intentClasses, intentNames } from '../server/ai/builtin/intents.ts';
import { loadDotEnv, readConfig } from '../server/config.ts';
import { DEFAULT_GUARDRAILS } from '../server/contract/ai-guardrails.ts';
import { crossValidate } from './eval/cross-validate.ts';
import { createDirectModelCalls } from './eval/direct-model-calls.ts';
import type { HeldOutRow } from './eval/held-out.ts';
import { FLOW_LABELS, readHeldOut } from './eval/held-out.ts';
import type { Score } from './eval/score-labels.ts';
import { scoreLabels } from './eval/score-labels.ts';

/**
 * `npm run eval [-- --model openai:gpt-5-mini] [--misses] [--calibrate]`: how well texts are sorted, as tables and, in the
 * last line, as JSON. Without `--model` the built-in classifier is judged; with it, a model (which costs money).
 */
const { values: options } = parseArgs({
  options: {
    model: { type: 'string', default: 'builtin' },
    misses: { type: 'boolean', default: false },
    calibrate: { type: 'boolean', default: false },
  },
});

const TASKS = [
  { name: 'flow', about: 'five labels of a comment flow, and other', labels: FLOW_LABELS },
  { name: 'intent', about: 'every shipped intent', labels: intentNames() },
] as const;

if (options.calibrate) console.table(crossValidate());
else await evaluate();

async function evaluate(): Promise<void> {
  const rows = readHeldOut();
  const machine = `${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores, Node ${process.versions.node}`;
  const note = `${rows.length} rows written by the project for this purpose, none of which is trained on. Not a public benchmark.`;
  console.log(`Evaluation set: ${note}\nMachine: ${machine}\nModel: ${options.model}`);
  const timing = options.model === 'builtin' ? measureBuiltin(rows) : undefined;
  if (timing) console.table(timing);
  const results: Record<string, Score> = {};
  for (const { name, about, labels } of TASKS) {
    const score = await judge(rows, labels, name);
    results[name] = score;
    printScore(`${name} (${about})`, score);
  }
  console.log(JSON.stringify({ set: note, machine, model: options.model, timing, results }));
}

async function judge(rows: HeldOutRow[], labels: string[], task: 'flow' | 'intent'): Promise<Score> {
  loadDotEnv();
  const ai = createAiService({
    calls: createDirectModelCalls(readConfig(process.env)),
    guardrailsOf: async () => DEFAULT_GUARDRAILS,
  }).of({ workspaceId: 'evaluation', executionId: null });
  const answers = [];
  for (const [index, row] of rows.entries()) {
    const request = { text: row.text, labels: labels.map((name) => ({ name })), model: options.model };
    const { label, confidence } = await ai.classify(request, AbortSignal.timeout(60_000));
    answers.push({ expected: row[task], actual: label, confidence });
    if (options.misses && label !== row[task]) console.log(`${row[task]} taken for ${label}: ${row.text}`);
    if (process.stderr.isTTY) process.stderr.write(`\r${task} ${index + 1}/${rows.length} `);
  }
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  return scoreLabels(answers, [...new Set([...labels, 'other'])]);
}

function printScore(title: string, score: Score): void {
  console.log(
    `\n${title}: macro-F1 ${percent(score.macroF1)}, accuracy ${percent(score.accuracy)}, calibration error ${percent(score.calibrationError)}`,
  );
  console.table(
    Object.fromEntries(
      Object.entries(score.labels).map(([label, { precision, recall, f1, support }]) => [
        label,
        { precision: percent(precision), recall: percent(recall), F1: percent(f1), rows: support },
      ]),
    ),
  );
  console.log('Taken for (rows: what it is; columns: what was answered)');
  console.table(score.confusion);
}

/** Milliseconds to train and microseconds to classify; the first training of a process reads and learns what ships. */
function measureBuiltin(rows: HeldOutRow[]) {
  const firstTrainingMs = timed(() => baseModel());
  const namesOnly = [...FLOW_LABELS, 'refund'].map((name) => ({ name }));
  const withExamples = namesOnly.map((label, index) => ({
    ...label,
    examples: ['one of mine', 'another example of it', 'and a third'].map((text) => `${text} ${index}`),
  }));
  const labelSetMs = Math.min(...[1, 2, 3].map(() => timed(() => trainClassifier(namesOnly))));
  const labelSetWithExamplesMs = Math.min(...[1, 2, 3].map(() => timed(() => trainClassifier(withExamples))));
  const classify = trainClassifier(namesOnly);
  const rounds = 20;
  const ms = timed(() => {
    for (let round = 0; round < rounds; round++) for (const { text } of rows) classify(text);
  });
  return {
    shippedSentences: intentClasses().reduce((sum, { sentences }) => sum + sentences.length, 0),
    firstTrainingMs: round1(firstTrainingMs),
    sixLabelsMs: round1(labelSetMs),
    sixLabelsWithExamplesMs: round1(labelSetWithExamplesMs),
    classifyUs: round1((ms * 1_000) / (rounds * rows.length)),
  };
}

function timed(run: () => unknown): number {
  const start = performance.now();
  run();
  return performance.now() - start;
}

function percent(part: number): string {
  return `${(part * 100).toFixed(1)} %`;
}

function round1(value: number): number {
  return Math.round(value * 10) / 10;
}
