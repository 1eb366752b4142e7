import { z } from 'zod';
import type { AiService } from '../../../engine/services.ts';
import { asData, DATA_RULE, ownersPart, paragraphs } from '../prompts.ts';
import type { Asking } from './ask-model.ts';
import { askForShape } from './ask-model.ts';

type LeadScore = Awaited<ReturnType<AiService['scoreLead']>>;

const MOST_REASONS = 5;
const LONGEST_REASON = 200;

const schema = z.object({
  score: z.enum(['hot', 'warm', 'cold']),
  reasons: z
    .array(z.string())
    .transform((reasons) => reasons.slice(0, MOST_REASONS).map((reason) => reason.slice(0, LONGEST_REASON))),
});

/** How close somebody is to buying. */
export async function scoreLead(
  asking: Asking,
  { text, instructions }: { text: string; instructions?: string },
): Promise<LeadScore> {
  const system = paragraphs(
    'You judge how close somebody who writes to a brand on Instagram is to buying, in any language.',
    'hot: wants to buy, book or be contacted now. warm: is interested, asks about price, sizes, availability. cold: everything else.',
    `Give up to ${MOST_REASONS} short reasons in English, each about what the person wrote.`,
    ...ownersPart('What makes a good lead for the brand', instructions, [text]),
    DATA_RULE,
  );
  const { value, usage } = await askForShape(
    asking,
    { system, user: asData('message', text) },
    'lead',
    schema,
  );
  return { ...value, usage };
}
