import { intentClasses } from '../../server/ai/builtin/intents.ts';
import { comparableWords } from '../../server/ai/guardrails/plain-text.ts';
import type { Placed } from './read-rows.ts';

export type Unseen<Row> = { rows: Row[]; leftOut: Record<string, number> };

/**
 * The rows that may be judged: each text once, and none on which the built-in provider was trained, not even written with
 * other marks or capitals.
 */
export function unseenRows<Row extends { text: string }>(placed: readonly Placed<Row>[]): Unseen<Row> {
  const trained = trainedTexts();
  const seen = new Set<string>();
  let repeated = 0;
  let trainedOn = 0;
  const rows = placed.flatMap(({ row }) => {
    if (trained.has(plainText(row.text))) trainedOn++;
    else if (seen.has(row.text)) repeated++;
    else {
      seen.add(row.text);
      return [row];
    }
    return [];
  });
  return {
    rows,
    leftOut: { 'the built-in provider is trained on them': trainedOn, 'they stand there twice': repeated },
  };
}

/** The sentences that ship with the built-in provider, as `plainText` writes them. */
export const trainedTexts = (): Set<string> =>
  new Set(intentClasses().flatMap(({ sentences }) => sentences.map(plainText)));

/** The words of a text without capitals, accents and marks; what has no words as it stands. */
export const plainText = (text: string): string => comparableWords(text).join(' ') || text.trim();
