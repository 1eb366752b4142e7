import type { SandboxItem } from '../../server/contract/shapes.ts';

/** A comment with its public replies, oldest first. */
export type Thread = { comment: SandboxItem; replies: SandboxItem[] };

/** Comments as Instagram shows them: one level of replies. A reply whose comment is gone stands alone. */
export function threadsOf(items: readonly SandboxItem[]): Thread[] {
  const threads = new Map<string, Thread>();
  for (const item of items) {
    if (item.kind !== 'comment' || item.deleted) continue;
    const parent = item.parentId === null ? undefined : threads.get(item.parentId);
    if (parent) parent.replies.push(item);
    else threads.set(item.id, { comment: item, replies: [] });
  }
  return [...threads.values()];
}

/** Direct messages between the account and this follower, oldest first. */
export function conversationOf(items: readonly SandboxItem[], username: string): SandboxItem[] {
  const isTheirs = ({ from, to }: SandboxItem) => from.username === username || to?.username === username;
  const ids = new Set(items.filter(({ from }) => from.username === username).map(({ from }) => from.id));
  return items.filter(
    (item) =>
      item.kind === 'message' &&
      !item.deleted &&
      (isTheirs(item) || (item.to !== null && ids.has(item.to.id))),
  );
}

/** Followers that wrote something, the latest first. */
export function followersOf(items: readonly SandboxItem[]): string[] {
  const names = items.filter(({ author }) => author === 'follower').map(({ from }) => from.username);
  return [...new Set(names.reverse())];
}

/** What Instagram allows in a username. */
export const toUsername = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9._]/g, '')
    .slice(0, 30);
