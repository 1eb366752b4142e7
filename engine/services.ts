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
