import { z } from 'zod';

/** Parts of the event for the completion of `{{ steps.x.output.… }}`; the full shape is engine/event.ts. */

const person = z.object({ id: z.string(), username: z.string() });

const common = { kind: z.string(), at: z.string(), account: person };

export const commentEventShape = z.object({
  ...common,
  from: person,
  comment: z.object({
    id: z.string(),
    text: z.string(),
    parentId: z.string().optional(),
    media: z.object({ id: z.string(), type: z.string() }),
  }),
});

export const messageEventShape = z.object({
  ...common,
  from: person,
  message: z.object({
    id: z.string(),
    text: z.string(),
    attachments: z.array(z.object({ type: z.string(), url: z.string().optional() })),
    quickReply: z.string().optional(),
    replyTo: z.string().optional(),
  }),
});

export const dataEventShape = z.object({ kind: z.string(), at: z.string(), data: z.unknown() });
