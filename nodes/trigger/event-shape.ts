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
    media: z.object({
      id: z.string(),
      type: z.string(),
      adId: z.string().optional(),
      adTitle: z.string().optional(),
      originalId: z.string().optional(),
    }),
  }),
});

const referral = z.object({
  ref: z.string().optional(),
  source: z.string().optional(),
  type: z.string().optional(),
  adId: z.string().optional(),
});

export const messageEventShape = z.object({
  ...common,
  from: person,
  message: z.object({
    id: z.string(),
    text: z.string(),
    attachments: z.array(
      z.object({
        type: z.string(),
        url: z.string().optional(),
        kind: z.string().optional(),
        title: z.string().optional(),
      }),
    ),
    quickReply: z.string().optional(),
    replyTo: z.string().optional(),
    isEdited: z.boolean().optional(),
    deleted: z.boolean().optional(),
  }),
  referral: referral.optional(),
});

export const storyEventShape = messageEventShape.extend({
  story: z.object({ id: z.string().optional(), url: z.string().optional() }),
});

export const postbackEventShape = messageEventShape.extend({
  postback: z.object({ payload: z.string().optional(), title: z.string() }),
});

export const reactionEventShape = z.object({
  ...common,
  from: person,
  reaction: z.object({ action: z.string(), emoji: z.string().optional(), messageId: z.string() }),
});

export const referralEventShape = z.object({ ...common, from: person, referral });

export const mentionEventShape = z.object({
  ...common,
  mention: z.object({ mediaId: z.string(), commentId: z.string().optional(), kind: z.string() }),
});

export const dataEventShape = z.object({ kind: z.string(), at: z.string(), data: z.unknown() });
