import type { IntentResult } from './intents/eval-intents.ts';
import type { Score } from './intents/score-labels.ts';
import type { LookupResult } from './lookup/eval-lookup.ts';
import type { RankScore } from './lookup/score-ranks.ts';
import type { ModerationResult } from './moderation/eval-moderation.ts';
import type { BinaryScore } from './score-binary.ts';

/** Tables on standard output, one function for each part. */
export function printIntents(model: string, { timing, flow, intent }: IntentResult): void {
  printScore(`${model}: intents, the labels of a comment flow and other`, flow);
  printScore(`${model}: intents, every one of the set`, intent);
  if (timing) console.table(timing);
}

export function printLookup(model: string, result: LookupResult): void {
  const by = Object.entries(result.searchedBy).map(([name, count]) => `${count} by ${name}`);
  console.log(
    `\n${model}: lookup in ${result.documents} documents; searched ${by.join(', ')}; ${result.nothingFound} found nothing`,
  );
  const row = ({ questions, recallAt1, recallAt5, mrr }: RankScore) => ({
    'recall@1': percent(recallAt1),
    'recall@5': percent(recallAt5),
    MRR: mrr.toFixed(3),
    questions,
  });
  const languages = Object.entries(result.languages).map(([language, score]) => [language, row(score)]);
  console.table({ all: row(result), ...Object.fromEntries(languages) });
}

export function printModeration(model: string, result: ModerationResult): void {
  console.log(
    `\n${model}: moderation, judged by ${result.judgedBy}; found from ${result.threshold} on; macro-F1 ${percent(result.macroF1)}`,
  );
  console.table({ 'flagged at all': binaryRow(result.flagged), ...tableOf(result.categories) });
  console.log('Flagged at all, by language');
  console.table(tableOf(result.languages));
}

function printScore(title: string, score: Score): void {
  console.log(
    `\n${title}: macro-F1 ${percent(score.macroF1)}, accuracy ${percent(score.accuracy)}, calibration error ${percent(score.calibrationError)}`,
  );
  console.table(tableOf(score.labels));
  console.log('Taken for (rows: what it is; columns: what was answered)');
  console.table(score.confusion);
}

const tableOf = (scores: Record<string, BinaryScore>) =>
  Object.fromEntries(Object.entries(scores).map(([name, score]) => [name, binaryRow(score)]));

const binaryRow = ({ precision, recall, f1, support }: BinaryScore) => ({
  precision: percent(precision),
  recall: percent(recall),
  F1: percent(f1),
  rows: support,
});

const percent = (part: number) => `${(part * 100).toFixed(1)} %`;
