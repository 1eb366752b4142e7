import { z } from 'zod';
import type { AiService } from '../../../engine/services.ts';
import { asData, DATA_RULE, paragraphs } from '../prompts.ts';
import type { Asking } from './ask-model.ts';
import { askForShape } from './ask-model.ts';

type Sentiment = Awaited<ReturnType<AiService['sentiment']>>;

const schema = z.object({
  sentiment: z.enum(['positive', 'neutral', 'negative']),
  score: z.number().transform((score) => Math.min(1, Math.max(-1, score))),
});

/** How somebody feels about what they write of. */
export async function readSentiment(asking: Asking, { text }: { text: string }): Promise<Sentiment> {
  const system = paragraphs(
    'You read the mood of Instagram comments and messages to a brand, in any language. Irony counts as what is meant.',
    'Answer positive, neutral or negative, with a score from -1 (very negative) to 1 (very positive). A plain question is neutral.',
    DATA_RULE,
  );
  const { value, usage } = await askForShape(
    asking,
    { system, user: asData('message', text) },
    'mood',
    schema,
  );
  return { ...value, usage };
}
