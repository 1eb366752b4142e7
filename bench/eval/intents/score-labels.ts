import type { BinaryScore } from '../score-binary.ts';
import { mean, scoreBinary } from '../score-binary.ts';

export type Answered = { expected: string; actual: string; confidence: number };
export type Score = {
  rows: number;
  macroF1: number;
  accuracy: number;
  /** Mean distance between confidence and share of right answers, over ten bins of confidence. */
  calibrationError: number;
  labels: Record<string, BinaryScore>;
  /** `confusion[expected][actual]`, zeros left out. */
  confusion: Record<string, Record<string, number>>;
};

/** Precision, recall and F1 of each label, their mean, and what was taken for what. */
export function scoreLabels(answers: Answered[], labels: string[]): Score {
  const scores = Object.fromEntries(labels.map((label) => [label, scoreLabel(answers, label)]));
  const confusion: Score['confusion'] = {};
  for (const { expected, actual } of answers) {
    confusion[expected] ??= {};
    confusion[expected][actual] = (confusion[expected][actual] ?? 0) + 1;
  }
  return {
    rows: answers.length,
    macroF1: mean(Object.values(scores).map(({ f1 }) => f1)),
    accuracy: mean(answers.map(isRight)),
    calibrationError: calibrationError(answers),
    labels: scores,
    confusion,
  };
}

const scoreLabel = (answers: Answered[], label: string): BinaryScore =>
  scoreBinary(
    answers.map(({ expected, actual }) => ({ expected: expected === label, actual: actual === label })),
  );

function calibrationError(answers: Answered[]): number {
  let error = 0;
  for (let bin = 0; bin < 10; bin++) {
    const inBin = answers.filter(({ confidence }) => Math.min(9, Math.floor(confidence * 10)) === bin);
    if (inBin.length === 0) continue;
    const gap = mean(inBin.map(({ confidence }) => confidence)) - mean(inBin.map(isRight));
    error += (Math.abs(gap) * inBin.length) / answers.length;
  }
  return error;
}

const isRight = ({ expected, actual }: Answered) => (expected === actual ? 1 : 0);
