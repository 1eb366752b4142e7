import { z } from 'zod';
import { triggerEventSchema } from '../../engine/event.ts';
import type { Problem } from '../../engine/graph.ts';
import { graphSchema } from '../../engine/graph.ts';
import {
  documentProgressSchema,
  documentSourceSchema,
  passageWhySchema,
  searchFilterSchema,
} from './knowledge.ts';

/**
 * The shapes of the HTTP API (DESIGN 6), shared by the server, the OpenAPI document and the editor.
 * This folder imports nothing but zod and the engine.
 */

const isoTime = z.iso.datetime();
const id = z.uuid();

export const roleSchema = z.enum(['owner', 'admin', 'editor', 'viewer']);
export type Role = z.output<typeof roleSchema>;

const problemSchema = z.custom<Problem>().meta({
  override: {
    type: 'object',
    required: ['severity', 'code', 'message'],
    properties: {
      severity: { enum: ['error', 'warning'] },
      code: { type: 'string' },
      message: { type: 'string' },
      nodeId: { type: 'string' },
      edgeId: { type: 'string' },
      field: { type: 'string' },
    },
  },
});

/**
 * RFC 9457 problem details; `errors` names the fields of a bad request, `problems` those of a graph,
 * `revision` is the current one when a stale revision was refused.
 */
export const problemDetailsSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  problems: z.array(problemSchema).optional(),
  revision: z.number().int().optional(),
});
export type ProblemDetails = z.output<typeof problemDetailsSchema>;

/** `?limit=&cursor=` of every list. */
export const pageQuerySchema = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(500).optional(),
});

export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() });
}
export type Page<T> = { items: T[]; nextCursor: string | null };

// Setup, session, API keys

export const setupRequestSchema = z.object({
  name: z.string().trim().min(1).max(100),
  email: z.email().max(254),
  password: z.string().min(8).max(128),
  workspace: z.string().trim().min(1).max(100).optional(),
});
export const loginRequestSchema = z.object({
  email: z.email().max(254),
  password: z.string().min(1).max(128),
});
export const sessionSchema = z.object({
  user: z.object({ id, name: z.string(), email: z.string() }).nullable(),
  workspace: z.object({ id, name: z.string() }),
  role: roleSchema,
  /** The language model that writes short answers in this workspace; without one the built-in AI answers. */
  languageModel: z.string().optional(),
});
export type Session = z.output<typeof sessionSchema>;

export const apiKeyRequestSchema = z.object({
  name: z.string().trim().min(1).max(100),
  role: z.enum(['admin', 'editor', 'viewer']).default('editor'),
});
export const apiKeyCreatedSchema = z.object({ id, name: z.string(), role: roleSchema, key: z.string() });
export const apiKeySchema = z.object({
  id,
  name: z.string(),
  role: roleSchema,
  prefix: z.string(),
  createdAt: isoTime,
  lastUsedAt: isoTime.nullable(),
});
export type ApiKey = z.output<typeof apiKeySchema>;

// Flows

export const flowRequestSchema = z.object({
  name: z.string().trim().min(1).max(120),
  description: z.string().max(2_000).optional(),
  graph: graphSchema.optional(),
});
export const flowUpdateSchema = flowRequestSchema.partial().extend({ revision: z.number().int().min(1) });

export const flowSchema = z.object({
  id,
  name: z.string(),
  description: z.string(),
  graph: graphSchema,
  status: z.enum(['draft', 'published']),
  publishedVersion: z.number().int().nullable(),
  /** True when the draft differs from the published version. */
  hasUnpublishedChanges: z.boolean(),
  /** Since when nothing starts; null unless the flow is paused. */
  pausedAt: isoTime.nullable(),
  /** Events that wait for the flow to be resumed, counted up to 10,000; 0 unless it is paused. */
  queuedExecutions: z.number().int(),
  webhookUrl: z.string(),
  verifyToken: z.string(),
  revision: z.number().int(),
  problems: z.array(problemSchema),
  createdAt: isoTime,
  updatedAt: isoTime,
});
export type Flow = z.output<typeof flowSchema>;

/** A card in the list of flows. */
export const flowSummarySchema = flowSchema.omit({ graph: true, problems: true }).extend({
  /** Types of its triggers, for icons. */
  triggers: z.array(z.string()),
  /** Counted up to 10,000. */
  /** Counted up to 10,000. */
  runsToday: z.number().int(),
  failuresToday: z.number().int(),
  lastRunAt: isoTime.nullable(),
});
export type FlowSummary = z.output<typeof flowSummarySchema>;

export const publishRequestSchema = z.object({ note: z.string().max(500).optional() });
export const flowVersionSchema = z.object({
  version: z.number().int(),
  note: z.string(),
  createdAt: isoTime,
  createdBy: z.string().nullable(),
  isPublished: z.boolean(),
});
export type FlowVersion = z.output<typeof flowVersionSchema>;

/** A flow of `examples/`, offered as a template: `GET /api/v1/templates`. */
export const templateSchema = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  tags: z.array(z.string()),
  graph: graphSchema,
});
export type Template = z.output<typeof templateSchema>;

// Executions

export const runRequestSchema = z.object({
  /** Without it: the flow's first trigger with a made-up event of its kind. */
  event: triggerEventSchema.partial().optional(),
  triggerNodeId: z.string().max(64).optional(),
  dryRun: z.boolean().default(false),
});
export const runStartedSchema = z.object({ executionId: id });

export const executionStatusSchema = z.enum([
  'queued',
  'running',
  'waiting',
  'succeeded',
  'failed',
  'cancelled',
]);
export const executionSummarySchema = z.object({
  id,
  flowId: id,
  flowName: z.string(),
  flowVersion: z.number().int().nullable(),
  status: executionStatusSchema,
  mode: z.enum(['live', 'test']),
  dryRun: z.boolean(),
  /** What started it, in one line: `@mia: how much is it?` */
  title: z.string(),
  error: z.object({ code: z.string(), message: z.string(), nodeId: z.string().optional() }).nullable(),
  createdAt: isoTime,
  startedAt: isoTime.nullable(),
  finishedAt: isoTime.nullable(),
});
export type ExecutionSummary = z.output<typeof executionSummarySchema>;

export const stepSchema = z.object({
  nodeId: z.string(),
  name: z.string(),
  type: z.string(),
  status: z.enum(['pending', 'running', 'succeeded', 'failed', 'skipped', 'waiting']),
  attempt: z.number().int(),
  startedAt: isoTime.nullable(),
  finishedAt: isoTime.nullable(),
  input: z.unknown(),
  output: z.unknown(),
  ports: z.array(z.string()),
  error: z.object({ code: z.string(), message: z.string(), field: z.string().optional() }).nullable(),
  logs: z.array(
    z.object({ at: z.string(), level: z.string(), message: z.string(), data: z.unknown().optional() }),
  ),
  usage: z
    .object({
      model: z.string(),
      inputTokens: z.number().optional(),
      outputTokens: z.number().optional(),
      costUsd: z.number().optional(),
    })
    .nullable(),
});
export type Step = z.output<typeof stepSchema>;

export const executionSchema = executionSummarySchema.extend({
  event: triggerEventSchema,
  /** The graph it runs: that of its version, or of the draft tested. */
  graph: graphSchema,
  /** In topological order, skipped ones included. */
  steps: z.array(stepSchema),
  effects: z.array(
    z.object({
      nodeId: z.string(),
      key: z.string(),
      status: z.enum(['intended', 'done', 'failed', 'uncertain']),
      description: z.string(),
      result: z.unknown(),
    }),
  ),
});
export type Execution = z.output<typeof executionSchema>;

export const settleEffectRequestSchema = z.object({
  nodeId: z.string().min(1).max(64),
  key: z.string().min(1).max(200),
  /** True: it is there on Instagram and is not done again. False: it is not, and may be done. */
  happened: z.boolean(),
});

// Failed executions, and steering many at once

/** Most executions of one call. */
export const BULK_LIMIT = 1_000;

const failureFilter = {
  flowId: id.optional(),
  errorCode: z.string().min(1).max(100).optional(),
  nodeId: z.string().min(1).max(64).optional(),
  /** Created then or later. */
  since: z.iso.datetime({ offset: true }).optional(),
  /** Created before then. */
  until: z.iso.datetime({ offset: true }).optional(),
};
/** `?flowId=&errorCode=…`: which failed executions. */
export const failureQuerySchema = z.object(failureFilter);
export type FailureFilter = z.output<typeof failureQuerySchema>;

/** Failed executions with the same error at the same node of a flow. */
export const failureGroupSchema = z.object({
  flowId: id,
  flowName: z.string(),
  nodeId: z.string().nullable(),
  nodeName: z.string().nullable(),
  errorCode: z.string(),
  /** Of the newest of them. */
  message: z.string(),
  count: z.number().int(),
  firstAt: isoTime,
  lastAt: isoTime,
});
export type FailureGroup = z.output<typeof failureGroupSchema>;
export const failuresSchema = z.object({
  /** The largest first, at most 50. */
  groups: z.array(failureGroupSchema),
  /** Of all groups; the newest 10,000 are looked at. */
  total: z.number().int(),
  /** There are more than were looked at. */
  isCapped: z.boolean(),
  /** The server's time. As `finishedBefore` of a retry: only what is counted here, not what fails again meanwhile. */
  asOf: isoTime,
});
export type Failures = z.output<typeof failuresSchema>;

const bulkIds = z.array(id).min(1).max(BULK_LIMIT).optional();
/** Where the call before ended; only with `filter`. */
const bulkCursor = z.string().max(500).optional();
const byIdsOrFilter = {
  check: ({ ids, filter }: { ids?: unknown; filter?: unknown }) =>
    (ids === undefined) !== (filter === undefined),
  error: { path: ['ids'], message: 'Give either `ids` or `filter`.' },
};

/** A filter with an unknown name is refused: left out it would mean more executions than meant. */
export const bulkRetryRequestSchema = z
  .strictObject({
    ids: bulkIds,
    filter: z.strictObject(failureFilter).optional(),
    /** Leaves alone what failed then or later: what was retried meanwhile and failed again. */
    finishedBefore: z.iso.datetime({ offset: true }).optional(),
    cursor: bulkCursor,
  })
  .refine(byIdsOrFilter.check, byIdsOrFilter.error);
export const bulkCancelRequestSchema = z
  .strictObject({
    ids: bulkIds,
    filter: z
      .strictObject({
        flowId: failureFilter.flowId,
        status: z.enum(['queued', 'waiting']).optional(),
        since: failureFilter.since,
        until: failureFilter.until,
      })
      .optional(),
    cursor: bulkCursor,
  })
  .refine(byIdsOrFilter.check, byIdsOrFilter.error);

const skipped = z.array(z.object({ id, reason: z.string() }));
/** `nextCursor` is set when the filter names more than one call takes: call again with it. */
const bulkRest = { skipped, nextCursor: z.string().nullable() };
export const bulkRetriedSchema = z.object({ retried: z.number().int(), ...bulkRest });
export type BulkRetried = z.output<typeof bulkRetriedSchema>;
export const bulkCancelledSchema = z.object({ cancelled: z.number().int(), ...bulkRest });

// Approvals and escalations

export const approvalSchema = z.object({
  id,
  flowId: id,
  flowName: z.string(),
  executionId: id,
  nodeId: z.string(),
  status: z.enum(['pending', 'approved', 'rejected', 'expired', 'cancelled']),
  draft: z.string(),
  finalText: z.string().nullable(),
  reason: z.string().nullable(),
  /** What the flow knew: `{message, from, intent, confidence, sources…}`. */
  context: z.record(z.string(), z.unknown()),
  event: triggerEventSchema,
  createdAt: isoTime,
  expiresAt: isoTime.nullable(),
  decidedAt: isoTime.nullable(),
  decidedBy: z.string().nullable(),
});
export type Approval = z.output<typeof approvalSchema>;
export const approveRequestSchema = z.object({ text: z.string().min(1).max(8_000).optional() });
export const rejectRequestSchema = z.object({ reason: z.string().max(1_000).optional() });

export const escalationSchema = z.object({
  id,
  executionId: id,
  flowId: id,
  flowName: z.string(),
  nodeId: z.string(),
  reason: z.string(),
  context: z.record(z.string(), z.unknown()),
  event: triggerEventSchema,
  status: z.enum(['open', 'resolved']),
  createdAt: isoTime,
});
export type Escalation = z.output<typeof escalationSchema>;

// Retention

const keptDays = z
  .int({ error: 'Days are a whole number from 3 to 3,650, or null to keep for ever.' })
  .min(3, 'At least 3 days: Instagram may deliver an event again for that long.')
  .max(3_650, 'At most 3,650 days; null keeps for ever.')
  .nullable();
/** How many days things are kept; null = for ever. */
export const retentionSettingsSchema = z.strictObject({
  /** Ended executions that did not fail, from their end. */
  executionsDays: keptDays,
  failedExecutionsDays: keptDays,
  /** What the platform sent, as it came. */
  eventsDays: keptDays,
  /** Messages and comments, those of the sandbox too. */
  messagesDays: keptDays,
  auditDays: keptDays,
});
export type RetentionSettings = z.output<typeof retentionSettingsSchema>;

/** Rows by kind. */
const retentionCountsSchema = z.object({
  executions: z.number().int(),
  failedExecutions: z.number().int(),
  events: z.number().int(),
  messages: z.number().int(),
  comments: z.number().int(),
  sandboxItems: z.number().int(),
  auditEntries: z.number().int(),
});
export type RetentionCounts = z.output<typeof retentionCountsSchema>;
/** What the next run would remove; each is counted up to 10,000. */
export const retentionPreviewSchema = retentionCountsSchema;

export const retentionSchema = z.object({
  settings: retentionSettingsSchema,
  preview: retentionPreviewSchema,
  /** Of the whole installation, estimated by the database. */
  stored: z.array(
    z.object({
      kind: z.enum(['executions', 'events', 'messages', 'comments', 'sandbox', 'audit']),
      rows: z.number().int(),
      bytes: z.number().int(),
    }),
  ),
  lastRun: z.object({ startedAt: isoTime, finishedAt: isoTime, removed: retentionCountsSchema }).nullable(),
});
export type Retention = z.output<typeof retentionSchema>;

// Accounts

export const accountRequestSchema = z.object({
  platform: z.literal('instagram'),
  externalId: z.string().trim().min(1).max(64),
  username: z.string().trim().min(1).max(64),
  accessToken: z.string().min(1).max(2_000),
});
export const accountSchema = z.object({
  id,
  platform: z.literal('instagram'),
  externalId: z.string(),
  username: z.string(),
  isSandbox: z.boolean(),
  status: z.enum(['connected', 'needs_login', 'disconnected']),
  createdAt: isoTime,
});
export type Account = z.output<typeof accountSchema>;

// Knowledge

export const knowledgeBaseRequestSchema = z.object({
  name: z.string().trim().min(1).max(120),
  description: z.string().max(2_000).optional(),
});
export const knowledgeBaseSchema = z.object({
  id,
  name: z.string(),
  description: z.string(),
  documentCount: z.number().int(),
  createdAt: isoTime,
});
export type KnowledgeBase = z.output<typeof knowledgeBaseSchema>;
export const documentRequestSchema = z.object({
  title: z.string().trim().min(1).max(300),
  text: z.string().min(1).max(2_000_000),
});
export const documentSchema = z.object({
  id,
  title: z.string(),
  mimeType: z.string(),
  sizeBytes: z.number().int(),
  source: documentSourceSchema,
  /** The address that it was read from. */
  url: z.string().nullable(),
  ...documentProgressSchema.shape,
  createdAt: isoTime,
  updatedAt: isoTime,
});
export type KnowledgeDocument = z.output<typeof documentSchema>;
export const knowledgeSearchRequestSchema = z.object({
  query: z.string().trim().min(1).max(1_000),
  limit: z.number().int().min(1).max(20).default(5),
  filter: searchFilterSchema.optional(),
});
export const passageSchema = z.object({
  id: z.string(),
  documentId: z.string(),
  title: z.string(),
  text: z.string(),
  /** From 1, where the document has pages. */
  page: z.number().int().optional(),
  /** 0 to 1; comparable inside one search only. */
  score: z.number(),
  why: passageWhySchema.optional(),
});

// Sandbox

export const sandboxCommentRequestSchema = z.object({
  text: z.string().min(1).max(2_200),
  username: z.string().min(1).max(30).optional(),
  mediaId: z.string().max(64).optional(),
  parentId: z.string().max(64).optional(),
});
export const sandboxMessageRequestSchema = z.object({
  text: z.string().min(1).max(1_000),
  username: z.string().min(1).max(30).optional(),
});
export const sandboxItemSchema = z.object({
  id: z.string(),
  kind: z.enum(['comment', 'message']),
  /** `account` when our account wrote it. */
  author: z.enum(['account', 'follower']),
  from: z.object({ id: z.string(), username: z.string() }),
  to: z.object({ id: z.string(), username: z.string().optional() }).nullable(),
  parentId: z.string().nullable(),
  mediaId: z.string().nullable(),
  text: z.string(),
  attachments: z.array(z.unknown()),
  isPrivateReply: z.boolean(),
  hidden: z.boolean(),
  deleted: z.boolean(),
  at: isoTime,
});
export type SandboxItem = z.output<typeof sandboxItemSchema>;
/** Oldest first. */
export const sandboxTimelineSchema = z.object({
  account: z.object({ id: z.string(), username: z.string() }),
  items: z.array(sandboxItemSchema),
});
export type SandboxTimeline = z.output<typeof sandboxTimelineSchema>;
