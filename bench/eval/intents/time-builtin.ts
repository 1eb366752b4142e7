import { baseModel, trainClassifier } from '../../../server/ai/builtin/classifier.ts';
import { intentClasses } from '../../../server/ai/builtin/intents.ts';
import { FLOW_LABELS } from './read-intents.ts';

const ROUNDS = 20;

/** Milliseconds to train and microseconds to classify; the first training of a process reads and learns what ships. */
export function timeBuiltin(texts: readonly string[]) {
  const firstTrainingMs = timed(() => baseModel());
  const namesOnly = [...FLOW_LABELS, 'refund'].map((name) => ({ name }));
  const withExamples = namesOnly.map((label, index) => ({
    ...label,
    examples: ['one of mine', 'another example of it', 'and a third'].map((text) => `${text} ${index}`),
  }));
  const labelSetMs = Math.min(...[1, 2, 3].map(() => timed(() => trainClassifier(namesOnly))));
  const labelSetWithExamplesMs = Math.min(...[1, 2, 3].map(() => timed(() => trainClassifier(withExamples))));
  const classify = trainClassifier(namesOnly);
  const ms = timed(() => {
    for (let round = 0; round < ROUNDS; round++) for (const text of texts) classify(text);
  });
  return {
    shippedSentences: intentClasses().reduce((sum, { sentences }) => sum + sentences.length, 0),
    firstTrainingMs: round1(firstTrainingMs),
    sixLabelsMs: round1(labelSetMs),
    sixLabelsWithExamplesMs: round1(labelSetWithExamplesMs),
    classifyUs: round1((ms * 1_000) / (ROUNDS * texts.length)),
  };
}

function timed(run: () => unknown): number {
  const start = performance.now();
  run();
  return performance.now() - start;
}

const round1 = (value: number) => Math.round(value * 10) / 10;
