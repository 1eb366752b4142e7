import { z } from 'zod';
import { accountSchema } from './shapes.ts';

/** Shapes of connecting accounts and watching them, beside `accountSchema`. */

const isoTime = z.iso.datetime();

export const loginSchema = z.enum(['instagram', 'facebook']);
export type Login = z.output<typeof loginSchema>;

export const accountDetailSchema = accountSchema.extend({
  login: z.enum(['instagram', 'facebook', 'manual']),
  profilePictureUrl: z.string().nullable(),
  /** What the token may do; empty where the platform did not say. */
  permissions: z.array(z.string()),
  tokenIssuedAt: isoTime.nullable(),
  /** Null: it does not expire, or nobody said. */
  tokenExpiresAt: isoTime.nullable(),
  /** When webhooks of the account were subscribed to. */
  subscribedAt: isoTime.nullable(),
  /** The last event that came by webhook. */
  lastEventAt: isoTime.nullable(),
  lastError: z.object({ code: z.string(), message: z.string() }).nullable(),
  lastErrorAt: isoTime.nullable(),
});
export type AccountDetail = z.output<typeof accountDetailSchema>;

// Connecting

/** How far this installation is from connecting accounts by login. */
export const loginStatusSchema = z.object({
  logins: z.array(
    z.object({
      login: loginSchema,
      /** `app_missing`: no app id and secret; `callback_not_https`: the platform sends people back to https only. */
      state: z.enum(['ready', 'app_missing', 'callback_not_https']),
    }),
  ),
  /** To be entered in Meta's app dashboard: where webhooks go, and where people come back to after the login. */
  webhookUrl: z.string(),
  redirectUrl: z.string(),
  /** Whether the internet may reach this server, as far as its address tells. */
  isPublic: z.boolean(),
});
export type LoginStatus = z.output<typeof loginStatusSchema>;

export const startLoginRequestSchema = z.object({ login: loginSchema });
/** The page of the platform to send the person to. */
export const startedLoginSchema = z.object({ url: z.string() });

/** How a login ended: `?login=<code>` of the accounts page, to which the person comes back. */
export const LOGIN_OUTCOMES = [
  'connected',
  'refused',
  'expired',
  'signed_out',
  'other_person',
  'not_allowed',
  'not_professional',
  'no_account',
  'taken',
  'unreachable',
  'failed',
] as const;
export type LoginOutcome = (typeof LOGIN_OUTCOMES)[number];

// Checklist

const stepState = z.enum(['done', 'todo', 'warning', 'failed']);
export const checklistSchema = z.object({
  steps: z.array(
    z.object({
      name: z.enum(['app', 'callback', 'login', 'permissions', 'webhook', 'event', 'token']),
      state: stepState,
      /** Which of the texts of this step fits: `missing`, `not_https` … */
      reason: z.string(),
      /** The same in English words, with what to do. */
      text: z.string(),
    }),
  ),
  permissions: z.array(
    z.object({ name: z.string(), isGranted: z.boolean().nullable(), disables: z.array(z.string()) }),
  ),
  webhookUrl: z.string(),
  redirectUrl: z.string(),
});
export type Checklist = z.output<typeof checklistSchema>;
export type ChecklistStep = Checklist['steps'][number];

// Health

export const accountCheckSchema = z.object({
  name: z.string(),
  status: z.enum(['ok', 'warning', 'failed']),
  /** A figure or the platform's words. */
  detail: z.string(),
  checkedAt: isoTime,
});
export type AccountCheck = z.output<typeof accountCheckSchema>;

export const accountHealthSchema = z.object({
  checks: z.array(accountCheckSchema),
  limits: z.array(
    z.object({
      family: z.enum(['replies', 'private_replies', 'messages', 'reads', 'other']),
      /** In words: `750 an hour`. */
      limit: z.string(),
      /** How many may go at once, and how many of them may go now. */
      atOnce: z.number().int(),
      available: z.number().int(),
      /** The platform asked for silence until then. */
      blockedUntil: isoTime.nullable(),
    }),
  ),
  /** Reading what webhooks missed. */
  polls: z.array(
    z.object({
      kind: z.enum(['comments', 'messages']),
      readUpTo: isoTime.nullable(),
      nextAt: isoTime,
      intervalSeconds: z.number().int(),
    }),
  ),
});
export type AccountHealth = z.output<typeof accountHealthSchema>;

export const webhookTestSchema = z.object({
  steps: z.array(
    z.object({
      name: z.enum(['handshake', 'delivery', 'subscription']),
      isGood: z.boolean(),
      detail: z.string(),
    }),
  ),
});
export type WebhookTest = z.output<typeof webhookTestSchema>;

export const commentSpikeSchema = z.strictObject({
  /** People are told when an account gets more comments in an hour; null: never. */
  commentsPerHour: z.int().min(1).max(1_000_000).nullable(),
});
export type CommentSpike = z.output<typeof commentSpikeSchema>;
