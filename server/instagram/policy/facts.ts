/** What the database knows about a send, read right before it (read-facts.ts). */
export type PolicyFacts = {
  account: {
    username: string;
    status: 'connected' | 'needs_login' | 'disconnected';
    /** Instagram asked for silence in this family of calls until then. */
    blockedUntil: Date | null;
  };
  /** The comment that is answered, hidden or deleted; null: not among those that we know. */
  comment: CommentFacts | null;
  /** The person who is written to; null: not known. */
  contact: { optedOutAt: Date | null } | null;
  window: WindowFacts;
  /**
   * What of this person's started the execution; null when it was something else, or somebody else. `link`: they opened the
   * conversation by a link of ours and said nothing.
   */
  theirWord: { kind: 'message' | 'comment' | 'link'; at: Date } | null;
};

export type CommentFacts = {
  at: Date;
  isLive: boolean;
  isHidden: boolean;
  isDeleted: boolean;
  privateReplyAt: Date | null;
};

/**
 * What is known of the person's last message. `unknown`: they may have written before we listened; then it is tried, and
 * what Instagram answers is remembered. `never`: we opened the conversation by a private reply and they have not answered.
 */
export type WindowFacts =
  | { state: 'unknown' }
  | { state: 'never' }
  | { state: 'known'; lastIncomingAt: Date };
