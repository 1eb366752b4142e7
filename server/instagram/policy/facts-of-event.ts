import type { TriggerEvent } from '../../../engine/event.ts';
import type { CommentFacts, PolicyFacts } from './facts.ts';
import type { SendTarget } from './proposed-send.ts';
import type { StoredFacts } from './read-facts.ts';

/** Kinds of events by which a person wrote privately to the account, or tapped what they could have written. */
const PRIVATE_KINDS: ReadonlySet<TriggerEvent['kind']> = new Set([
  'message',
  'postback',
  'story_reply',
  'story_mention',
]);

/** The target with the person behind the comment, where the event that started the execution tells who it is. */
export function targetWithPerson(target: SendTarget, event: TriggerEvent): SendTarget {
  if (target.personId !== undefined || !isOfComment(target, event) || !event.from) return target;
  return { ...target, personId: event.from.id };
}

/** Completes what the database says by what the event says that started the execution. */
export function factsWithEvent(stored: StoredFacts, event: TriggerEvent, target: SendTarget): PolicyFacts {
  return {
    ...stored,
    comment: commentOf(stored.comment, event, target),
    theirWord: theirWordOf(event, target),
  };
}

function commentOf(
  stored: StoredFacts['comment'],
  event: TriggerEvent,
  { commentId }: SendTarget,
): CommentFacts | null {
  const isOfEvent = commentId !== undefined && event.comment?.id === commentId;
  const isLive = isOfEvent && event.kind === 'live_comment';
  if (stored) return { ...stored, isLive };
  // A comment in a test run or from before retention removed it: the event knows when it was written.
  const at = new Date(event.at);
  if (!isOfEvent || Number.isNaN(at.getTime())) return null;
  return { at, isLive, isHidden: false, isDeleted: false, privateReplyAt: null };
}

function theirWordOf(event: TriggerEvent, target: SendTarget): PolicyFacts['theirWord'] {
  const at = new Date(event.at);
  if (Number.isNaN(at.getTime())) return null;
  if (isOfComment(target, event)) return { kind: 'comment', at };
  const isTheirs = target.personId !== undefined && event.from?.id === target.personId;
  if (!isTheirs) return null;
  if (PRIVATE_KINDS.has(event.kind)) return { kind: 'message', at };
  return isOpenedLink(event) ? { kind: 'link', at } : null;
}

/**
 * An `ig.me` link that led a person into a conversation they had already. An ad does not count: there it is the message
 * that the person then writes ("Send a Message", Messenger Platform, user actions that open the standard messaging window).
 */
function isOpenedLink({ kind, referral }: TriggerEvent): boolean {
  return kind === 'referral' && referral?.adId === undefined && referral?.source?.toUpperCase() !== 'ADS';
}

/** The comment of the event, or the one above it, where a reply to a reply goes. */
function isOfComment({ commentId }: SendTarget, { comment }: TriggerEvent): boolean {
  return commentId !== undefined && (comment?.id === commentId || comment?.parentId === commentId);
}
