import { z } from 'zod';
import type { NodeContext } from '../../engine/node-type.ts';

/** What steps answer that wait for a person's message: `logic.wait_for_reply`, `contact.collect_field`. */
const saidSchema = z.union([
  z.object({ text: z.string(), messageId: z.string() }),
  z.object({ text: z.string(), tries: z.number() }),
]);

/** A language, a number, an address: no instruction, and what instructions name on purpose. */
const ONE_WORD = /^[\w.@+-]{1,40}$/;

/**
 * Texts of strangers that instructions may quote by a template: what started the flow, what the
 * person wrote since, and what a calling flow or a model handed over. The
 * AI's instructions are the owner's; these are taken out of them.
 */
export function outsideTexts({ trigger, steps }: Pick<NodeContext<unknown>, 'trigger' | 'steps'>): string[] {
  const said = Object.values(steps).flatMap(({ output }) => saidSchema.safeParse(output).data?.text ?? []);
  const handedOver = Object.values(trigger.input ?? {}).filter((value) => typeof value === 'string');
  const texts = [
    trigger.comment?.text ?? '',
    trigger.message?.text ?? '',
    ...said,
    ...handedOver.filter((value) => !ONE_WORD.test(value)),
  ];
  return [...new Set(texts.filter((text) => text.trim() !== ''))];
}
