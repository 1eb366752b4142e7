import { z } from 'zod';
import { pageQuerySchema } from './shapes.ts';

/** The shapes of contacts, conversations and messages in the HTTP API. */

const isoTime = z.iso.datetime();
const id = z.uuid();

/** Lists of people and conversations can be searched by a part of the username or name. */
export const searchQuerySchema = pageQuerySchema.extend({
  search: z.string().trim().max(100).optional(),
  /** Of one account; its id in this API. */
  accountId: id.optional(),
});

export const contactSchema = z.object({
  id,
  accountId: id,
  /** The platform's id of the person. */
  externalId: z.string(),
  username: z.string().nullable(),
  name: z.string().nullable(),
  profilePictureUrl: z.string().nullable(),
  /** Null: not known. */
  isFollower: z.boolean().nullable(),
  fields: z.record(z.string(), z.unknown()),
  tags: z.array(z.string()),
  /** Asked not to be written to any more. */
  optedOutAt: isoTime.nullable(),
  conversationId: id.nullable(),
  createdAt: isoTime,
  updatedAt: isoTime,
});
export type Contact = z.output<typeof contactSchema>;

export const messageSchema = z.object({
  id,
  /** The platform's id; null while it is not known. */
  externalId: z.string().nullable(),
  direction: z.enum(['in', 'out']),
  author: z.enum(['contact', 'flow', 'team']),
  text: z.string(),
  attachments: z.array(z.unknown()),
  /** The run of a flow that sent it. */
  executionId: id.nullable(),
  /** `pending`: begun, and not known yet whether it was sent. */
  status: z.enum(['sent', 'pending']),
  editedAt: isoTime.nullable(),
  deletedAt: isoTime.nullable(),
  at: isoTime,
});
export type Message = z.output<typeof messageSchema>;

export const conversationSchema = z.object({
  id,
  accountId: id,
  contact: contactSchema.pick({
    id: true,
    externalId: true,
    username: true,
    name: true,
    profilePictureUrl: true,
    optedOutAt: true,
  }),
  /** Null: not known, or the person has not written. */
  lastIncomingAt: isoTime.nullable(),
  lastOutgoingAt: isoTime.nullable(),
  /** Until when flows, and people, may write; null where it is not known. A time that is over: not any more. */
  flowsMayWriteUntil: isoTime.nullable(),
  teamMayWriteUntil: isoTime.nullable(),
  /** A run waits for the person's next message. */
  isAwaited: z.boolean(),
  lastMessage: messageSchema.pick({ direction: true, author: true, text: true, at: true }).nullable(),
  createdAt: isoTime,
});
export type Conversation = z.output<typeof conversationSchema>;

export const messageRequestSchema = z.object({
  text: z.string().trim().min(1).max(1_000),
  /** Made anew for each message that a person writes; the same for each try to send it. */
  idempotencyKey: z.string().min(8).max(100),
});
