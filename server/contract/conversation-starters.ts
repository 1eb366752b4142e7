import { z } from 'zod';

/**
 * What a person finds in an empty conversation (ice breakers) and behind its menu button. Limits: "Ice Breakers" (4
 * questions), "The Persistent Menu" of the Instagram Platform documentation; 5 lines are what the menu shows at once.
 */
const payload = z.string().trim().min(1).max(1_000);
const title = z.string().trim().min(1).max(30);

export const conversationStartersSchema = z.object({
  iceBreakers: z.array(z.object({ question: z.string().trim().min(1).max(80), payload })).max(4),
  menu: z
    .array(
      z.discriminatedUnion('type', [
        z.object({ type: z.literal('url'), title, url: z.url({ protocol: /^https$/ }).max(2_000) }),
        z.object({ type: z.literal('postback'), title, payload }),
      ]),
    )
    .max(5),
});
export type ConversationStarters = z.output<typeof conversationStartersSchema>;
/** What is left out stays as it is; an empty list removes. */
export const conversationStartersRequestSchema = conversationStartersSchema.partial();
