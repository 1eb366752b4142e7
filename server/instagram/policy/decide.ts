import type { CommentFacts, PolicyFacts } from './facts.ts';
import type { ProposedSend } from './proposed-send.ts';
import { isGesture, isMessage } from './proposed-send.ts';
import {
  HUMAN_AGENT_WINDOW_MS,
  LONGEST_BROADCAST_MS,
  LONGEST_PAUSE_TO_WAIT_MS,
  MAX_BUTTONS_CHARACTERS,
  MAX_COMMENT_CHARACTERS,
  MAX_MESSAGE_BYTES,
  PRIVATE_REPLY_WINDOW_MS,
  STANDARD_WINDOW_MS,
} from './rules.ts';

export type RefusalCode =
  | 'policy_account_disconnected'
  | 'policy_account_needs_login'
  | 'policy_account_paused'
  | 'policy_comment_deleted'
  | 'policy_comment_hidden'
  | 'policy_live_comment'
  | 'policy_opted_out'
  | 'policy_private_reply_too_late'
  | 'policy_private_reply_used'
  | 'policy_text_too_long'
  | 'policy_window_closed';

export type Refusal = {
  verdict: 'refused';
  code: RefusalCode;
  /** For people: what is not allowed, why, and what to do. */
  message: string;
  /** When it will be allowed, where time alone changes it. */
  allowedFrom?: Date;
};

/** `tag`: what the message must carry to be allowed. */
export type Decision = { verdict: 'allowed'; tag?: 'HUMAN_AGENT' } | Refusal;

const ALLOWED: Decision = { verdict: 'allowed' };

/**
 * Whether something may be sent now, by Meta's rules and by what the person asked for. Where we do not know (a comment or
 * a conversation from before the account was connected) it is allowed to be tried.
 * @param now by the clock of the database, like all times in `facts`
 */
export function decide(send: ProposedSend, facts: PolicyFacts, now: Date): Decision {
  const refusal = refuseAccount(facts, now) ?? refuseText(send);
  if (refusal) return refusal;
  if (send.kind === 'comment_reply') return refuseCommentReply(send, facts) ?? ALLOWED;
  if (send.kind === 'private_reply') return refusePrivateReply(facts, now) ?? ALLOWED;
  if (send.kind === 'hide') return refuseGone(facts.comment) ?? ALLOWED;
  if (!isMessage(send.kind) && !isGesture(send.kind)) return ALLOWED;
  return refuseOptedOut(send, facts) ?? decideWindow(send, facts, now);
}

function refuseAccount({ account }: PolicyFacts, now: Date): Refusal | null {
  const name = `@${account.username}`;
  if (account.status === 'needs_login') {
    return refused(
      'policy_account_needs_login',
      `Sending for ${name} is paused: Instagram no longer accepts its login. Connect it again under Accounts, then retry this run.`,
    );
  }
  if (account.status === 'disconnected') {
    return refused(
      'policy_account_disconnected',
      `${name} is not connected. Connect it again under Accounts.`,
    );
  }
  const until = account.blockedUntil;
  if (!until || until.getTime() - now.getTime() <= LONGEST_PAUSE_TO_WAIT_MS) return null;
  return {
    ...refused(
      'policy_account_paused',
      `Instagram asked ${name} to send nothing of this kind until ${minute(until)}. Retry this run then.`,
    ),
    allowedFrom: until,
  };
}

function refuseText({ kind, text }: ProposedSend): Refusal | null {
  if (text === undefined) return null;
  if (kind === 'comment_reply') return refuseLonger('A comment', characters(text), MAX_COMMENT_CHARACTERS);
  if (kind === 'buttons') {
    return (
      refuseLonger('A message with buttons', characters(text), MAX_BUTTONS_CHARACTERS) ?? refuseBytes(text)
    );
  }
  return isMessage(kind) || kind === 'private_reply' ? refuseBytes(text) : null;
}

function refuseBytes(text: string): Refusal | null {
  const bytes = new TextEncoder().encode(text).byteLength;
  return refuseLonger('A message', bytes, MAX_MESSAGE_BYTES, 'bytes (a letter is 1 to 4 of them)');
}

function refuseLonger(what: string, length: number, most: number, unit = 'characters'): Refusal | null {
  if (length <= most) return null;
  return refused(
    'policy_text_too_long',
    `${what} may have ${most} ${unit}; this one has ${length}. Make it shorter, or let the node split it.`,
  );
}

const characters = (text: string): number => [...text].length;

function refuseCommentReply(
  send: ProposedSend,
  { comment, contact, theirWord }: PolicyFacts,
): Refusal | null {
  const gone = refuseGone(comment);
  if (gone || !comment) return gone;
  if (comment.isHidden) {
    return refused(
      'policy_comment_hidden',
      'This comment is hidden; Instagram lets nobody reply to it. Show it first.',
    );
  }
  if (comment.isLive) {
    return refused(
      'policy_live_comment',
      'Comments under a live video take no public reply. Use a private reply while the broadcast runs.',
    );
  }
  const optedOutAt = contact?.optedOutAt;
  if (!optedOutAt || send.author === 'team') return null;
  const wroteAt = theirWord?.kind === 'comment' ? theirWord.at : comment.at;
  return wroteAt > optedOutAt ? null : optedOut(optedOutAt);
}

function refusePrivateReply({ comment, contact }: PolicyFacts, now: Date): Refusal | null {
  if (contact?.optedOutAt) return optedOut(contact.optedOutAt);
  const gone = refuseGone(comment);
  if (gone || !comment) return gone;
  if (comment.privateReplyAt) {
    return refused(
      'policy_private_reply_used',
      `This comment had its private reply on ${minute(comment.privateReplyAt)}; Instagram allows one. Once the person answers, send a message.`,
    );
  }
  const ageMs = now.getTime() - comment.at.getTime();
  if (comment.isLive && ageMs >= LONGEST_BROADCAST_MS) {
    return refused(
      'policy_private_reply_too_late',
      'A live comment takes a private reply only while the broadcast runs; it is over.',
    );
  }
  if (ageMs < PRIVATE_REPLY_WINDOW_MS) return null;
  return refused(
    'policy_private_reply_too_late',
    `This comment is of ${minute(comment.at)}; Instagram allows a private reply for 7 days.`,
  );
}

function refuseGone(comment: CommentFacts | null): Refusal | null {
  return comment?.isDeleted ? refused('policy_comment_deleted', 'This comment was deleted.') : null;
}

/**
 * Who asked not to be written to is answered when they write again themselves: by the flow that this message of theirs
 * started, or by a person of the team.
 */
function refuseOptedOut(send: ProposedSend, { contact, window, theirWord }: PolicyFacts): Refusal | null {
  const optedOutAt = contact?.optedOutAt;
  if (!optedOutAt) return null;
  const lastIncomingAt = window.state === 'known' ? window.lastIncomingAt : null;
  const messageAt = theirWord?.kind === 'message' ? theirWord.at : null;
  const wroteAt = send.author === 'team' ? lastIncomingAt : messageAt;
  return wroteAt && wroteAt > optedOutAt ? null : optedOut(optedOutAt);
}

function optedOut(at: Date): Refusal {
  return refused(
    'policy_opted_out',
    `This person asked on ${minute(at)} not to be written to any more. They can undo it by writing START.`,
  );
}

function decideWindow({ kind, author }: ProposedSend, facts: PolicyFacts, now: Date): Decision {
  const { window } = facts;
  if (isOpenByLink(facts, now)) return ALLOWED;
  const mayTag = author === 'team' && isMessage(kind);
  if (window.state === 'unknown') return mayTag ? { verdict: 'allowed', tag: 'HUMAN_AGENT' } : ALLOWED;
  if (window.state === 'never') {
    return refused(
      'policy_window_closed',
      'This person has not written to the account yet. A private reply opens the conversation only once they answer it.',
    );
  }
  const sinceMs = now.getTime() - window.lastIncomingAt.getTime();
  if (sinceMs < STANDARD_WINDOW_MS) return ALLOWED;
  if (mayTag && sinceMs < HUMAN_AGENT_WINDOW_MS) return { verdict: 'allowed', tag: 'HUMAN_AGENT' };
  const most = mayTag ? '7 days, for what a person writes,' : '24 hours';
  return refused(
    'policy_window_closed',
    `The last message of this person is of ${minute(window.lastIncomingAt)}. Instagram allows messages for ${most} after it; the next one is allowed once they write again.`,
  );
}

/**
 * Who opens an old conversation by a link of ours is answered for 24 hours by the flow that this started. One that we opened
 * ourselves by a private reply stays closed until they answer ("Private Replies").
 */
function isOpenByLink({ window, theirWord }: PolicyFacts, now: Date): boolean {
  if (theirWord?.kind !== 'link' || window.state === 'never') return false;
  return now.getTime() - theirWord.at.getTime() < STANDARD_WINDOW_MS;
}

function refused(code: RefusalCode, message: string): Refusal {
  return { verdict: 'refused', code, message };
}

const minute = (at: Date): string => `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
