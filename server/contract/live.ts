import { z } from 'zod';

/** WebSocket protocol of `/ws` (DESIGN 7). */

export const clientMessageSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('subscribe'),
    topic: z
      .string()
      .max(100)
      .regex(/^(workspace|flow:[0-9a-f-]{36}|execution:[0-9a-f-]{36})$/),
    since: z.number().int().min(0).optional(),
  }),
  z.object({ type: z.literal('unsubscribe'), topic: z.string().max(100) }),
  z.object({ type: z.literal('ping') }),
]);
export type ClientMessage = z.output<typeof clientMessageSchema>;

export type LiveEventType =
  | 'execution.queued'
  | 'execution.started'
  | 'execution.waiting'
  | 'execution.finished'
  | 'step.started'
  | 'step.log'
  | 'step.token'
  | 'step.finished'
  | 'approval.created'
  | 'approval.decided'
  | 'flow.saved'
  | 'flow.published'
  | 'notification.created'
  | 'knowledge.progress';

/**
 * `seq` grows per execution (0 for events of no execution). `data` by type: `execution.*` an ExecutionSummary's changing
 * part `{status, error?, title, flowVersion, mode, dryRun, createdAt, startedAt, finishedAt}`; `step.started` `{attempt}`;
 * `step.finished` a Step without name and type; `step.log` a log line; `step.token` `{text}`; `approval.*` `{approvalId}`;
 * `flow.*` `{revision, publishedVersion}`; `notification.created` `{notificationId, kind, title}`;
 * `knowledge.progress` `{knowledgeBaseId, documentId}` and a DocumentProgress (contract/knowledge.ts).
 */
export type LiveEvent = {
  type: LiveEventType;
  seq: number;
  at: string;
  topic: string;
  executionId?: string;
  flowId?: string;
  nodeId?: string;
  data: unknown;
};

/** Answers of the server that are no events. */
export type ServerMessage =
  | LiveEvent
  | { type: 'subscribed'; topic: string }
  | { type: 'error'; topic?: string; message: string }
  /** The client was too slow and missed events: load the topic anew over HTTP. */
  | { type: 'resync'; topic: string }
  | { type: 'pong' };
