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
  contacts: ContactsService;
  http: HttpService;
  flows: FlowsService;
};

/** A tap that comes back as a message with this payload; up to 13 below a text. */
export type QuickReply = { title: string; payload: string };
/** Opens a page, or comes back as a postback with this payload. */
export type MessageButton =
  | { type: 'url'; title: string; url: string }
  | { type: 'postback'; title: string; payload: string };
/** One card of a row that is swiped through. */
export type MessageCard = {
  title: string;
  subtitle?: string;
  imageUrl?: string;
  /** Opened by a tap on the card itself. */
  url?: string;
  buttons: MessageButton[];
};
export type MediaKind = 'image' | 'video' | 'audio';
/** A person as the platform shows them to the account they wrote to; absent: it did not say. */
export type PersonProfile = {
  username?: string;
  name?: string;
  profilePictureUrl?: string;
  followerCount?: number;
  /** Whether the person follows the account. */
  isFollower?: boolean;
};
/** A professional account, our own or another one, as the platform shows it; absent: it did not say. */
export type AccountProfile = {
  id: string;
  username?: string;
  name?: string;
  biography?: string;
  website?: string;
  profilePictureUrl?: string;
  followerCount?: number;
  followsCount?: number;
  mediaCount?: number;
};
/** Figures by the platform's names (`reach`, `views`); those of which it says nothing are left out. */
export type Insights = Record<string, number>;
/** Whose figures: of a post since it was published, or of the account in a stretch of up to 30 days (ISO 8601). */
export type InsightsOf = { mediaId: string } | { since: string; until: string };
/** What is published: one picture or video, or several pictures and videos in a row. */
export type PostContent =
  | { kind: 'image' | 'reel'; url: string; caption: string }
  | { kind: 'story'; url: string; media: 'image' | 'video' }
  | { kind: 'carousel_item'; url: string; media: 'image' | 'video' }
  | { kind: 'carousel'; children: string[]; caption: string };
/** How far the platform is with a container ("IG Container", status_code). */
export type ContainerStatus = 'EXPIRED' | 'ERROR' | 'FINISHED' | 'IN_PROGRESS' | 'PUBLISHED';
/** What a person finds in an empty conversation and behind its menu button. */
export type ConversationStarters = {
  iceBreakers: { question: string; payload: string }[];
  menu: MessageButton[];
};

/**
 * `author: 'team'` where a person wrote it word by word: it may then be sent for longer (docs/instagram-rules.md). Nodes leave
 * it out: of what an execution sends, the journal says who wrote it.
 */
type ToPerson = { account: string; recipientId: string; author?: 'flow' | 'team' };

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
    request: {
      account: string;
      commentId: string;
      text: string;
      quickReplies?: QuickReply[];
      buttons?: MessageButton[];
    },
    signal: AbortSignal,
  ): Promise<{ messageId: string; recipientId: string }>;
  sendMessage(
    request: ToPerson & { text: string; quickReplies?: QuickReply[] },
    signal: AbortSignal,
  ): Promise<{ messageId: string }>;
  /** One video or sound, or one to ten pictures, which the platform fetches from their addresses. */
  sendMedia(
    request: ToPerson & { media: MediaKind; urls: string[] },
    signal: AbortSignal,
  ): Promise<{ messageId: string }>;
  /** A text with one to three buttons below it. */
  sendButtons(
    request: ToPerson & { text: string; buttons: MessageButton[] },
    signal: AbortSignal,
  ): Promise<{ messageId: string }>;
  /** One to ten cards. */
  sendCards(
    request: ToPerson & { cards: MessageCard[] },
    signal: AbortSignal,
  ): Promise<{ messageId: string }>;
  /** Shows the person that somebody writes, or has read. */
  senderAction(
    request: ToPerson & { action: 'typing_on' | 'typing_off' | 'mark_seen' },
    signal: AbortSignal,
  ): Promise<void>;
  /** Sets the account's reaction to a message, or takes it back (`reaction: null`). */
  react(
    request: ToPerson & { messageId: string; reaction: 'love' | null },
    signal: AbortSignal,
  ): Promise<void>;
  /** The messages of both sides, newest first; for reconciliation. */
  listMessages(
    request: { account: string; recipientId: string },
    signal: AbortSignal,
  ): Promise<{ id: string; text: string; fromId: string; at?: string }[]>;
  hideComment(
    request: { account: string; commentId: string; hide: boolean },
    signal: AbortSignal,
  ): Promise<{ success: boolean }>;
  deleteComment(
    request: { account: string; commentId: string },
    signal: AbortSignal,
  ): Promise<{ success: boolean }>;
  /** Whether the comment is (still) there; for reconciliation. */
  commentExists(request: { account: string; commentId: string }, signal: AbortSignal): Promise<boolean>;
  /** Switches the comments of a post on or off. */
  allowComments(
    request: { account: string; mediaId: string; allow: boolean },
    signal: AbortSignal,
  ): Promise<{ success: boolean }>;
  /** Kept for a day; the platform answers only for people who wrote to the account. */
  getProfile(request: { account: string; personId: string }, signal: AbortSignal): Promise<PersonProfile>;
  /** The account's own profile. */
  getAccount(request: { account: string }, signal: AbortSignal): Promise<AccountProfile>;
  /** `metrics` empty: the usual ones. Needs the permission to read figures. */
  getInsights(
    request: { account: string; of: InsightsOf; metrics: string[] },
    signal: AbortSignal,
  ): Promise<Insights>;
  /**
   * Another professional account by its name; for accounts that were connected over Facebook.
   * @throws NodeError `needs_facebook_login`; `instagram_gone` for a name that is nobody's or a private person's
   */
  discoverBusiness(
    request: { account: string; username: string },
    signal: AbortSignal,
  ): Promise<AccountProfile>;
  readStarters(request: { account: string }, signal: AbortSignal): Promise<ConversationStarters>;
  /** Replaces what is named; an empty list removes it. */
  writeStarters(
    request: { account: string } & Partial<ConversationStarters>,
    signal: AbortSignal,
  ): Promise<void>;
  /** Posts that the account may still publish within 24 hours. */
  publishingLimit(
    request: { account: string },
    signal: AbortSignal,
  ): Promise<{ used: number; total: number }>;
  /** Has the platform fetch and prepare what is to be published. Nobody sees it; unpublished it is gone after a day. */
  createContainer(
    request: { account: string; post: PostContent },
    signal: AbortSignal,
  ): Promise<{ containerId: string }>;
  containerStatus(
    request: { account: string; containerId: string },
    signal: AbortSignal,
  ): Promise<{ status: ContainerStatus; detail: string }>;
  publishContainer(
    request: { account: string; containerId: string },
    signal: AbortSignal,
  ): Promise<{ mediaId: string }>;
  /** The newest posts of the account. */
  listMedia(
    request: { account: string },
    signal: AbortSignal,
  ): Promise<{ id: string; caption: string; at?: string; permalink?: string }[]>;
};

/** Of every request to the AI. */
export type AiRequest = {
  /** `provider:model`, e.g. `openai:gpt-5-mini`; empty = what the workspace uses for this kind of task. */
  model?: string;
  /** Asked when the model fails, and the most tokens of an answer; empty = what the workspace uses. */
  fallbackModel?: string;
  maxTokens?: number;
  /** The step that asks, for the list of requests and their cost. */
  nodeId?: string;
};

export type ClassifyRequest = AiRequest & {
  text: string;
  labels: { name: string; description?: string; examples?: string[] }[];
  instructions?: string;
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
  /** Page of the document, from 1, where it has pages. */
  page?: number;
  /** Higher is better; comparable inside one search only. */
  score: number;
};

/**
 * What is to happen with a text that the AI wrote, by the workspace's guardrails: it may be sent, a person looks at the draft
 * first, or a person answers.
 */
export type TextMode = 'send' | 'draft' | 'escalate';

/** A text that the AI wrote, after the guardrails. Only one with `mode: 'send'` may go out by itself. */
export type WrittenText = {
  text: string;
  mode: TextMode;
  /** Why it may not be sent, in words for the person who decides; empty for `send`. */
  reasons: string[];
  usage: StepUsage;
};

/** A text that answers a person. */
type AnswerRequest = AiRequest & {
  /** What the person wrote. Data, never instructions. */
  message: string;
  /** The owner's instructions (already rendered). */
  instructions: string;
  /** Texts of strangers that the instructions may quote: taken out of them, for they are data too. */
  outside?: string[];
  /** The intent that the flow found; without it the guardrails look for themselves. */
  intent?: { label: string; confidence: number };
  username?: string;
  language?: string;
  maxBytes: number;
};

export type ReplyRequest = AnswerRequest & {
  passages: Passage[];
  /** A lookup was made: where it found nothing, the answer is that nobody knows yet. */
  lookedUp?: boolean;
};

export type ReplyResult = WrittenText & {
  /** False when nothing relevant was found and the text says so. */
  grounded: boolean;
  /** Ids of the passages used. */
  sources: string[];
};

export type ExtractField = {
  name: string;
  description?: string;
  type: 'text' | 'number' | 'date' | 'boolean' | 'email' | 'phone' | 'choice';
  choices?: string[];
};
/** A date is `YYYY-MM-DD`, a phone number digits with a leading `+` where there was one; null: the text does not say. */
export type ExtractedValue = string | number | boolean | null;

export const MODERATION_CATEGORIES = [
  'insult',
  'threat',
  'hate',
  'sexual',
  'self_harm',
  'violence',
  'spam',
  'link',
] as const;
export type ModerationCategory = (typeof MODERATION_CATEGORIES)[number];

/** One thing that an agent may do. What it does and for whom is fixed by the flow; the model fills in `parameters`. */
export type AgentTool = {
  name: string;
  description: string;
  /** JSON Schema of an object. */
  parameters: Record<string, unknown>;
  /** What it answers may be stated as a fact to the person. */
  isSource: boolean;
  /**
   * @param input checked against `parameters` by the tool itself
   * @throws NodeError when the step can't go on; what the model can do better it is told in the answer
   */
  run(input: unknown): Promise<string>;
};

export type AgentRequest = AnswerRequest & {
  tools: AgentTool[];
  /** Most calls of the model. */
  maxSteps: number;
  /** No further call once this much was spent. */
  maxCostUsd: number;
};

/** The AI of one execution: what it costs and what it may write is its workspace's. */
export type AiService = {
  classify(request: ClassifyRequest, signal: AbortSignal): Promise<ClassifyResult>;
  reply(request: ReplyRequest, signal: AbortSignal, onToken?: (text: string) => void): Promise<ReplyResult>;
  /** @throws NodeError `agent_needs_model` without a model; `agent_step_limit`, `agent_cost_limit` */
  agent(
    request: AgentRequest,
    signal: AbortSignal,
    onToken?: (text: string) => void,
  ): Promise<WrittenText & { steps: number }>;
  extract(
    request: AiRequest & { text: string; fields: ExtractField[]; instructions?: string },
    signal: AbortSignal,
  ): Promise<{ values: Record<string, ExtractedValue>; usage: StepUsage }>;
  /** `score` from -1 (very negative) to 1. */
  sentiment(
    request: AiRequest & { text: string },
    signal: AbortSignal,
  ): Promise<{ sentiment: 'positive' | 'neutral' | 'negative'; score: number; usage: StepUsage }>;
  /** How likely the text is each of these, from 0 to 1. */
  moderate(
    request: AiRequest & { text: string },
    signal: AbortSignal,
  ): Promise<{ scores: Record<ModerationCategory, number>; usage: StepUsage }>;
  scoreLead(
    request: AiRequest & { text: string; instructions?: string },
    signal: AbortSignal,
  ): Promise<{ score: 'hot' | 'warm' | 'cold'; reasons: string[]; usage: StepUsage }>;
  /** @throws NodeError `translate_needs_model` without a model */
  translate(
    request: AiRequest & { text: string; language: string; instructions?: string; maxBytes: number },
    signal: AbortSignal,
    onToken?: (text: string) => void,
  ): Promise<WrittenText>;
  summarize(
    request: AiRequest & {
      text: string;
      sentences: number;
      language?: string;
      instructions?: string;
      maxBytes: number;
    },
    signal: AbortSignal,
    onToken?: (text: string) => void,
  ): Promise<WrittenText>;
  caption(
    request: AiRequest & {
      /** What the post is about, in the owner's words. */
      topic: string;
      instructions: string;
      hashtags: number;
      language?: string;
      maxBytes: number;
    },
    signal: AbortSignal,
    onToken?: (text: string) => void,
  ): Promise<WrittenText>;
};

/** A stored pair that answers a question. */
export type FaqAnswer = {
  /** Of the passage. */
  id: string;
  documentId: string;
  question: string;
  answer: string;
  /** 0 to 1: how much the questions are alike. */
  score: number;
};

export type KnowledgeService = {
  /** `knowledgeBase`: id, or empty for all bases of the workspace. */
  search(
    request: {
      knowledgeBase?: string;
      query: string;
      limit: number;
      /** Only documents that came from there; empty for all. */
      sources?: ('text' | 'upload' | 'url' | 'faq')[];
    },
    signal: AbortSignal,
  ): Promise<Passage[]>;
  /** The answer that was written for the question most like this one; null when none is as much like it as `threshold`. */
  faq(
    request: { knowledgeBase?: string; question: string; threshold: number },
    signal: AbortSignal,
  ): Promise<FaqAnswer | null>;
  /**
   * Puts an answered question before a person, who decides whether it is kept; without a base in the oldest. Idempotent per
   * execution and node.
   */
  remember(
    request: {
      knowledgeBase?: string;
      question: string;
      answer: string;
      executionId: string;
      nodeId: string;
    },
    signal: AbortSignal,
  ): Promise<{ suggestionId: string }>;
};

export type PeopleService = {
  /** Puts the conversation in front of a person (inbox). Idempotent per execution and node. */
  escalate(
    request: { executionId: string; nodeId: string; reason: string; context: Record<string, unknown> },
    signal: AbortSignal,
  ): Promise<{ escalationId: string }>;
};

/** What is known about the person whose event started the execution. */
export type Contact = {
  /** The platform's id of the person. */
  id: string;
  username: string;
  name: string;
  /** What flows and people wrote down, by name. */
  fields: Record<string, unknown>;
  tags: string[];
};

/**
 * The contact of an execution: the person whose event started it, of the account that it came to. Doing the same thing
 * twice is the same as doing it once.
 */
export type ContactsService = {
  /** Null when no person's event started the execution. */
  read(signal: AbortSignal): Promise<Contact | null>;
  /**
   * Sets fields to values (plain JSON) and removes others.
   * @throws NodeError `no_contact`; `contact_full` past the limit of fields
   */
  update(request: { set: Record<string, unknown>; remove: string[] }, signal: AbortSignal): Promise<Contact>;
  /** @throws NodeError `no_contact`; `contact_full` past the limit of tags */
  tag(request: { add: string[]; remove: string[] }, signal: AbortSignal): Promise<Contact>;
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

/** What the trigger `trigger.call` of a flow asks of its callers. */
export type FlowInput = {
  name: string;
  description: string;
  type: 'text' | 'number' | 'yes/no';
  required: boolean;
};

/** A flow that other flows of its workspace may call. */
export type CallableFlow = { name: string; description: string; inputs: FlowInput[] };

/** How a call went. `waiting`: the called flow waits for a person, a message or a time, and goes on by itself. */
export type FlowCall = {
  executionId: string;
  status: 'succeeded' | 'waiting';
  /** What its last finished `logic.answer` said so far; null when none did. Plain JSON of at most 32 KB. */
  answer: unknown;
};

/** Other flows of the workspace, called by a step of this execution. */
export type FlowsService = {
  /** @throws NodeError `flow_not_found`, `flow_not_published`, `flow_not_callable` */
  describe(request: { flow: string }, signal: AbortSignal): Promise<CallableFlow>;
  /**
   * Starts a published flow, for the same account and contact, and resolves when it has ended or waits. The same `nodeId` and
   * `key` in the same execution are one call, however often it is asked for: what was started before is found again.
   * @throws NodeError those of `describe`; `call_input_invalid`, `call_cycle`, `call_too_deep`, `called_flow_failed`,
   *   `called_flow_cancelled`, `answer_too_large`; throttled `call_interrupted` when this process goes down
   */
  call(
    request: { flow: string; nodeId: string; key: string; input: Record<string, unknown> },
    signal: AbortSignal,
  ): Promise<FlowCall>;
};
