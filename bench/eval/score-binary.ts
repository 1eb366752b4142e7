export type BinaryScore = { precision: number; recall: number; f1: number; support: number };

/**
 * Precision, recall and F1 of one yes-or-no question; 0 where there is nothing to divide by. `support`: how many should have
 * been found.
 */
export function scoreBinary(answers: readonly { expected: boolean; actual: boolean }[]): BinaryScore {
  const right = answers.filter(({ expected, actual }) => expected && actual).length;
  const named = answers.filter(({ actual }) => actual).length;
  const support = answers.filter(({ expected }) => expected).length;
  return {
    precision: named === 0 ? 0 : right / named,
    recall: support === 0 ? 0 : right / support,
    f1: named + support === 0 ? 0 : (2 * right) / (named + support),
    support,
  };
}

/** 0 for none. */
export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
