import { askAll } from '../ask-all.ts';
import { openEvaluatedAi } from '../evaluated-ai.ts';
import type { Evaluation } from '../evaluation.ts';
import { widthFor } from '../evaluation.ts';
import type { IntentRow } from './read-intents.ts';
import { labelsOf } from './read-intents.ts';
import type { Score } from './score-labels.ts';
import { scoreLabels } from './score-labels.ts';
import { timeBuiltin } from './time-builtin.ts';

export type IntentResult = {
  /** Of the built-in classifier. */
  timing: ReturnType<typeof timeBuiltin> | null;
  /** The labels of a comment flow, and other. */
  flow: Score;
  /** Every shipped intent. */
  intent: Score;
};

/** How well texts are sorted, by `ai.classify` with the names of the labels and nothing else. */
export async function evalIntents(rows: IntentRow[], evaluation: Evaluation): Promise<IntentResult> {
  const timing = evaluation.model === 'builtin' ? timeBuiltin(rows.map(({ text }) => text)) : null;
  return {
    timing,
    flow: await judge(rows, 'flow', evaluation),
    intent: await judge(rows, 'intent', evaluation),
  };
}

async function judge(
  rows: IntentRow[],
  task: 'flow' | 'intent',
  { model, config, progress, onMiss, signal }: Evaluation,
): Promise<Score> {
  const labels = labelsOf(rows, task);
  const { ai, close } = openEvaluatedAi(config, model);
  try {
    const answers = await askAll(
      rows,
      async (row, limit) => {
        const request = { text: row.text, labels: labels.map((name) => ({ name })), model };
        const { label, confidence } = await ai.classify(request, limit);
        if (label !== row[task]) onMiss?.(`${row[task]} taken for ${label}: ${row.text}`);
        return { expected: row[task], actual: label, confidence };
      },
      {
        width: widthFor(model),
        signal,
        onDone: (done, total) => progress(done, total, `${model}: intents, ${task}`),
      },
    );
    return scoreLabels(answers, [...new Set([...labels, 'other'])]);
  } finally {
    await close();
  }
}
