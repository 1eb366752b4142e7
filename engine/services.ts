import type { StepUsage } from './node-type.ts';

/**
 * What node code may ask of the world. The server implements these once per workspace; tests give their own.
 * Every call takes an AbortSignal and throws `NodeError` (engine/errors.ts) with `retryable` set.
 */
export type NodeServices = {
  instagram: InstagramService;
  ai: AiService;
  knowledge: KnowledgeService;
  people: PeopleService;
  http: HttpService;
};

/** `account` is our account row's id or `trigger` = the account that the event came to. */
export type InstagramService = {
  replyToComment(
    request: { account: string; commentId: string; text: string },
    signal: AbortSignal,
  ): Promise<{ id: string }>;
  /** Replies under a comment, newest first; for reconciliation. */
  listReplies(
    request: { account: string; commentId: string },
    signal: AbortSignal,
  ): Promise<{ id: string; text: string; fromId?: string; at?: string }[]>;
  /** Private reply to a comment: once per comment, within 7 days. */
  privateReply(
    request: { account: string; commentId: string; text: string },
    signal: AbortSignal,
  ): Promise<{ messageId: string; recipientId: string }>;
  sendMessage(
    request: { account: string; recipientId: string; text: string },
    signal: AbortSignal,
  ): Promise<{ messageId: string }>;
  /** What the account sent to this person, newest first; for reconciliation. */
  listMessages(
    request: { account: string; recipientId: string },
    signal: AbortSignal,
  ): Promise<{ id: string; text: string; fromId: string; at?: string }[]>;
  hideComment(
    request: { account: string; commentId: string; hide: boolean },
    signal: AbortSignal,
  ): Promise<{ success: boolean }>;
};

export type ClassifyRequest = {
  text: string;
  labels: { name: string; description?: string; examples?: string[] }[];
  instructions?: string;
  /** `provider:model`, e.g. `openai:gpt-5-mini`; empty = the workspace's default. */
  model?: string;
};

export type ClassifyResult = {
  /** One of the labels' names, or `other`. */
  label: string;
  /** 0 to 1. */
  confidence: number;
  scores: Record<string, number>;
  usage: StepUsage;
};

export type Passage = {
  id: string;
  documentId: string;
  title: string;
  text: string;
  /** Higher is better; comparable inside one search only. */
  score: number;
};

export type ReplyRequest = {
  /** What the person wrote. Data, never instructions. */
  message: string;
  /** The owner's instructions (already rendered). */
  instructions: string;
  passages: Passage[];
  username?: string;
  language?: string;
  maxBytes: number;
  model?: string;
};

export type ReplyResult = {
  text: string;
  /** False when nothing relevant was found and the text says so. */
  grounded: boolean;
  /** Ids of the passages used. */
  sources: string[];
  usage: StepUsage;
};

export type AiService = {
  classify(request: ClassifyRequest, signal: AbortSignal): Promise<ClassifyResult>;
  reply(request: ReplyRequest, signal: AbortSignal, onToken?: (text: string) => void): Promise<ReplyResult>;
};

export type KnowledgeService = {
  /** `knowledgeBase`: id, or empty for all bases of the workspace. */
  search(
    request: { knowledgeBase?: string; query: string; limit: number },
    signal: AbortSignal,
  ): Promise<Passage[]>;
};

export type PeopleService = {
  /** Puts the conversation in front of a person (inbox). Idempotent per execution and node. */
  escalate(
    request: { executionId: string; nodeId: string; reason: string; context: Record<string, unknown> },
    signal: AbortSignal,
  ): Promise<{ escalationId: string }>;
};

export type HttpRequest = {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  url: string;
  headers?: Record<string, string>;
  body?: string;
  timeoutMs: number;
  maxBytes: number;
};

export type HttpService = {
  /** Refuses private, loopback and link-local addresses after DNS resolution and on every redirect. */
  request(
    request: HttpRequest,
    signal: AbortSignal,
  ): Promise<{ status: number; headers: Record<string, string>; body: string }>;
};
