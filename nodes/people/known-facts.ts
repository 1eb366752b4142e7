import { z } from 'zod';
import type { NodeContext } from '../../engine/node-type.ts';

const classified = z.object({ label: z.string(), confidence: z.number() });
const lookedUp = z.object({ passages: z.array(z.object({ title: z.string() })) });
const answered = z.object({ text: z.string(), grounded: z.boolean() });

/**
 * What the flow knows so far, for the person who decides: what was written and by whom, the intent with its confidence,
 * the titles of what was found, and whether the draft rests on them. Read from the outputs of the steps before.
 */
export function knownFacts(
  context: Pick<NodeContext<unknown>, 'trigger' | 'steps'>,
): Record<string, unknown> {
  const { trigger } = context;
  const facts: Record<string, unknown> = {};
  const message = trigger.comment?.text ?? trigger.message?.text;
  if (message !== undefined) facts.message = message;
  if (trigger.from) facts.from = trigger.from;

  for (const { output } of Object.values(context.steps)) {
    const intent = classified.safeParse(output);
    if (intent.success) {
      facts.intent = intent.data.label;
      facts.confidence = intent.data.confidence;
    }
    const found = lookedUp.safeParse(output);
    if (found.success) facts.sources = [...new Set(found.data.passages.map(({ title }) => title))];
    const answer = answered.safeParse(output);
    if (answer.success) facts.grounded = answer.data.grounded;
  }
  return facts;
}
