/** Everything that an account does before the eyes of others, as the rules tell it apart. */
export const SEND_KINDS = [
  'comment_reply',
  'private_reply',
  'text',
  'media',
  'buttons',
  'template',
  'quick_replies',
  'reaction',
  'sender_action',
  'hide',
  'delete',
  'publish',
] as const;
export type SendKind = (typeof SEND_KINDS)[number];

/** Who wrote what is sent: a flow, or somebody of the team, word by word (docs/instagram-rules.md). */
export const AUTHORS = ['flow', 'team'] as const;
export type Author = (typeof AUTHORS)[number];

/** Whom or what it concerns, by the platform's ids; `{}` is the account itself. */
export type SendTarget = { commentId?: string; personId?: string; mediaId?: string };

/** What somebody wants to send, before it is decided whether it may be. */
export type ProposedSend = {
  kind: SendKind;
  target: SendTarget;
  /** The text that people will read, where there is one. */
  text?: string;
  /** Default `flow`. */
  author?: Author;
};

/** Kinds that arrive in the person's inbox. */
const MESSAGE_KINDS: ReadonlySet<SendKind> = new Set([
  'text',
  'media',
  'buttons',
  'template',
  'quick_replies',
]);
/** Kinds that need an open conversation though nothing is written. */
const GESTURE_KINDS: ReadonlySet<SendKind> = new Set(['reaction', 'sender_action']);

/** A message to a person in a conversation; private replies have rules of their own. */
export const isMessage = (kind: SendKind): boolean => MESSAGE_KINDS.has(kind);

/** A sign inside a conversation: typing, seen, a reaction. */
export const isGesture = (kind: SendKind): boolean => GESTURE_KINDS.has(kind);
