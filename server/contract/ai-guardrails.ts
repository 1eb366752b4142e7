import { z } from 'zod';

const MOST_ENTRIES = 500;

/** One word or phrase; compared without regard to case and accents. */
const phrases = (what: string) =>
  z
    .array(
      z
        .string()
        .trim()
        .min(2, `${what} needs two characters or more: shorter ones stand in every text.`)
        .max(200, `${what} may have 200 characters.`),
    )
    .max(MOST_ENTRIES, `There may be ${MOST_ENTRIES} of them. Remove some that are hardly needed.`);

const domain = z
  .string()
  .trim()
  .toLowerCase()
  .transform((value) =>
    value
      .replace(/^https?:\/\//, '')
      .replace(/^www\./, '')
      .replace(/\/.*$/, ''),
  )
  .refine(
    (value) =>
      /^(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?\.)+[\p{L}]{2,}$/u.test(value) && value.length <= 253,
    {
      error: 'This is no domain. Write it like "example.com", without a path.',
    },
  );

/** `send`: goes out. `draft`: waits in the inbox until a person approves it. `escalate`: a person answers. */
export const textModeSchema = z.enum(['send', 'draft', 'escalate']);

/** What the AI of a workspace may write. */
export const aiGuardrailsSchema = z.strictObject({
  /** A text with one of them waits for a person. */
  blockedPhrases: phrases('A blocked phrase'),
  /** Where it has entries, links to other domains are not sent. Empty: links that the passages or the instructions have. */
  allowedDomains: z.array(domain).max(MOST_ENTRIES, `There may be ${MOST_ENTRIES} domains.`),
  /** What is never promised, such as "free shipping" or "full refund". */
  neverPromise: phrases('A promise'),
  /** How sure the intent must be (0 to 1) before a text of an intent with `send` goes out; else it is a draft. */
  confidenceThreshold: z.number().min(0).max(1),
  /** Whether texts of the AI are looked through for insults, threats and the like before they are sent. */
  moderateTexts: z.boolean(),
  modes: z.strictObject({
    /** Of intents that are not named. */
    default: textModeSchema,
    /** By the name of the intent: a label of a flow, or `price`, `complaint`, `refund` … */
    byIntent: z
      .record(z.string().trim().min(1).max(60), textModeSchema)
      .refine((modes) => Object.keys(modes).length <= 50, { error: 'There may be 50 intents.' }),
  }),
});
export type AiGuardrails = z.output<typeof aiGuardrailsSchema>;

/** Of a workspace that never said anything. */
export const DEFAULT_GUARDRAILS: AiGuardrails = {
  blockedPhrases: [],
  allowedDomains: [],
  neverPromise: [],
  confidenceThreshold: 0.7,
  moderateTexts: true,
  modes: { default: 'send', byIntent: {} },
};
