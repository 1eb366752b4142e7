import { MODERATION_CATEGORIES } from '../../../engine/services.ts';
import { Moderate } from '../../../nodes/ai/moderate.ts';
import { askAll } from '../ask-all.ts';
import { openEvaluatedAi } from '../evaluated-ai.ts';
import type { Evaluation } from '../evaluation.ts';
import { widthFor } from '../evaluation.ts';
import type { ModerationRow } from './read-moderation.ts';
import type { ModerationScore } from './score-moderation.ts';
import { scoreModeration } from './score-moderation.ts';

export type ModerationResult = ModerationScore & {
  /** From which score on a category counts as found. */
  threshold: number;
  /** Who looked at the texts; not always the model that was asked for. */
  judgedBy: string;
};

/** How well `ai.moderate` tells what is not fit for people, with the threshold and categories that the node has at first. */
export async function evalModeration(
  rows: ModerationRow[],
  { model, config, progress, onMiss, signal }: Evaluation,
): Promise<ModerationResult> {
  const usual = Moderate.description.config.parse({});
  const judges = new Set<string>();
  const { ai, close } = openEvaluatedAi(config, model);
  try {
    const moderated = await askAll(
      rows,
      async (row, limit) => {
        const { scores, usage } = await ai.moderate({ text: row.text, model }, limit);
        judges.add(usage.model);
        const found = new Set(MODERATION_CATEGORIES.filter((name) => scores[name] >= usual.threshold));
        const missed = [...row.is].filter((name) => !found.has(name));
        const wrong = [...found].filter((name) => !row.is.has(name) && !row.mayBe.has(name));
        if (missed.length + wrong.length > 0) onMiss?.(missLine(row.text, missed, wrong));
        return { row, found };
      },
      {
        width: widthFor(model),
        signal,
        onDone: (done, total) => progress(done, total, `${model}: moderation`),
      },
    );
    return {
      ...scoreModeration(moderated, usual.categories),
      threshold: usual.threshold,
      judgedBy: [...judges].join(', '),
    };
  } finally {
    await close();
  }
}

function missLine(text: string, missed: string[], wrong: string[]): string {
  const what = [
    ...(missed.length > 0 ? [`${missed.join(', ')} missed`] : []),
    ...(wrong.length > 0 ? [`taken for ${wrong.join(', ')}`] : []),
  ];
  return `${what.join(', ')}: ${text}`;
}
