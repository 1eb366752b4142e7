import type { SandboxActivity, SandboxMedia, SandboxWorldItem } from '../../server/contract/sandbox.ts';

/** A comment with its public replies, oldest first. */
export type Thread = { comment: SandboxWorldItem; replies: SandboxWorldItem[] };

/** Comments as Instagram shows them: one level of replies. A reply whose comment is gone stands alone. */
export function threadsOf(items: readonly SandboxWorldItem[]): Thread[] {
  const threads = new Map<string, Thread>();
  for (const item of items) {
    if (item.kind !== 'comment') continue;
    const parent = item.parentId === null ? undefined : threads.get(item.parentId);
    if (parent) parent.replies.push(item);
    else threads.set(item.id, { comment: item, replies: [] });
  }
  return [...threads.values()];
}

/** The comments of one post; the first post also has those of posts that nobody knows. */
export function commentsOn(
  items: readonly SandboxWorldItem[],
  media: readonly SandboxMedia[],
  mediaId: string | undefined,
): SandboxWorldItem[] {
  const isFirst = mediaId === undefined || mediaId === media[0]?.id;
  const known = new Set(media.map(({ id }) => id));
  return items.filter(
    (item) => item.mediaId === mediaId || (isFirst && (item.mediaId === null || !known.has(item.mediaId))),
  );
}

/** Direct messages between the account and this follower, oldest first. */
export function conversationOf(items: readonly SandboxWorldItem[], username: string): SandboxWorldItem[] {
  const isTheirs = ({ from, to }: SandboxWorldItem) =>
    from.username === username || to?.username === username;
  const ids = new Set(items.filter(({ from }) => from.username === username).map(({ from }) => from.id));
  return items.filter(
    (item) =>
      item.kind === 'message' &&
      !item.deleted &&
      (isTheirs(item) || (item.to !== null && ids.has(item.to.id))),
  );
}

/** How long "typing…" stands when no message follows. */
const TYPING_MS = 20_000;

/** What the account shows this person at the moment. */
export function presenceOf(
  activities: readonly SandboxActivity[],
  messages: readonly SandboxWorldItem[],
  username: string,
  now: number,
): { isTyping: boolean; hasSeen: boolean } {
  const theirs = activities.filter((activity) => activity.username === username);
  const lastAt = (author: SandboxWorldItem['author']) =>
    messages.findLast((message) => message.author === author)?.at ?? '';
  const typing = theirs.findLast(({ kind }) => kind === 'typing_on' || kind === 'typing_off');
  const seen = theirs.findLast(({ kind }) => kind === 'mark_seen');
  return {
    isTyping:
      typing?.kind === 'typing_on' &&
      typing.at > lastAt('account') &&
      now - Date.parse(typing.at) < TYPING_MS,
    hasSeen: seen !== undefined && seen.at >= lastAt('follower') && lastAt('account') < lastAt('follower'),
  };
}

/** A message, or something that the person did beside writing. */
export type ConversationEntry =
  | { kind: 'message'; at: string; message: SandboxWorldItem }
  | { kind: 'activity'; at: string; activity: SandboxActivity };

/** Messages with what else the person did, in order. */
export function entriesOf(
  messages: readonly SandboxWorldItem[],
  activities: readonly SandboxActivity[],
  username: string,
): ConversationEntry[] {
  const told = activities.filter(
    (activity) =>
      activity.username === username &&
      (activity.kind === 'referral' || activity.kind === 'mention' || activity.kind === 'caption_mention'),
  );
  return [
    ...messages.map((message) => ({ kind: 'message' as const, at: message.at, message })),
    ...told.map((activity) => ({ kind: 'activity' as const, at: activity.at, activity })),
  ].sort((one, other) => (one.at < other.at ? -1 : one.at > other.at ? 1 : 0));
}

/** Followers that wrote something, the latest first. */
export function followersOf(items: readonly SandboxWorldItem[]): string[] {
  const names = items.filter(({ author }) => author === 'follower').map(({ from }) => from.username);
  return [...new Set(names.reverse())];
}

/** What Instagram allows in a username. */
export const toUsername = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9._]/g, '')
    .slice(0, 30);
