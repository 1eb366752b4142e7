import { z } from 'zod';

const person = z.object({ id: z.string(), username: z.string().optional(), name: z.string().optional() });

/**
 * What started an execution, in one shape whatever its source (DESIGN 8). Templates read it as `trigger`.
 * `raw` is the untouched payload item.
 */
export const triggerEventSchema = z.object({
  kind: z.enum([
    'comment',
    'live_comment',
    'message',
    'postback',
    'story_reply',
    'story_mention',
    'mention',
    'reaction',
    'referral',
    'schedule',
    'webhook',
    'manual',
    'failure',
  ]),
  /** When it happened at the source, ISO 8601. */
  at: z.string(),
  /** `rowId` is the id of our account row, by which trigger filters may name the account. */
  account: z
    .object({ id: z.string(), username: z.string().optional(), rowId: z.string().optional() })
    .optional(),
  from: person.optional(),
  comment: z
    .object({
      id: z.string(),
      text: z.string(),
      parentId: z.string().optional(),
      media: z.object({ id: z.string(), type: z.string().optional() }).optional(),
    })
    .optional(),
  message: z
    .object({
      id: z.string(),
      text: z.string().default(''),
      attachments: z.array(z.object({ type: z.string(), url: z.string().optional() })).default([]),
      quickReply: z.string().optional(),
      replyTo: z.string().optional(),
    })
    .optional(),
  /** Body of a `trigger.webhook` call or the data given to a manual run. */
  data: z.unknown().optional(),
  raw: z.unknown().optional(),
});

/** `account.id` is the platform's id of the professional account (`entry[].id`), not the id of our row. */
export type TriggerEvent = z.output<typeof triggerEventSchema>;
