import type { AccountAccess } from '../accounts/account-access.ts';
import type { OwnAccount } from '../accounts/connection-store.ts';
import type { ReadComment, ReadMedia, ReadMessage } from '../instagram-login/account-client.ts';

/** Something that an account received, in the shape in which a webhook would have brought it; oldest first. */
export type MissedItem = { at: string; change: unknown } | { at: string; messaging: unknown };

/** Most pages of one list: a post with thousands of comments in a day is for webhooks. */
const MOST_PAGES = 10;

/** What people wrote under the newest posts since then; what the account wrote itself is left out. */
export async function readComments(
  access: AccountAccess,
  account: OwnAccount,
  since: Date,
  signal: AbortSignal,
): Promise<MissedItem[]> {
  const posts = await access.call(account, 'other', (client) => client.media(account), signal);
  const items: MissedItem[] = [];
  for (const post of posts) {
    for await (const comments of pages((next) =>
      access.call(account, 'other', (client) => client.comments(account, post.id, next), signal),
    )) {
      const fresh = comments.filter(({ at }) => Date.parse(at) >= since.getTime());
      items.push(...fresh.filter((one) => !isOwn(account, one.from)).map((one) => commentItem(post, one)));
      // Replies come with their comments: an old comment with a new reply is seen while it stands on a page that is read.
      if (fresh.length === 0) break;
    }
  }
  return inOrder(items);
}

/** What people wrote to the account since then. */
export async function readMessages(
  access: AccountAccess,
  account: OwnAccount,
  since: Date,
  signal: AbortSignal,
): Promise<MissedItem[]> {
  const items: MissedItem[] = [];
  for await (const conversations of pages((next) =>
    access.call(account, 'reads', (client) => client.conversations(account, next), signal),
  )) {
    const fresh = conversations.filter(({ updatedAt }) => Date.parse(updatedAt) >= since.getTime());
    for (const message of fresh.flatMap(({ messages }) => messages)) {
      const isOurs = isOwn(account, { id: message.fromId, username: message.fromUsername });
      if (Date.parse(message.at) < since.getTime() || isOurs) continue;
      items.push(messageItem(account, message));
    }
    // They come newest first.
    if (fresh.length < conversations.length) break;
  }
  return inOrder(items);
}

/** Pages of a list until there is no more, or enough. */
async function* pages<T>(
  read: (next: string | null) => Promise<{ items: T[]; next: string | null }>,
): AsyncGenerator<T[]> {
  let next: string | null = null;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const part: { items: T[]; next: string | null } = await read(next);
    yield part.items;
    if (part.next === null) return;
    next = part.next;
  }
}

/** The account's own id differs by who names it, its name does not. */
function isOwn(account: OwnAccount, author: { id: string; username?: string | undefined }): boolean {
  return author.id === account.externalId || author.username === account.username;
}

/** `polled` goes into the stored payload: the event did not come by webhook, which the checks have to know. */
function commentItem(post: ReadMedia, { id, text, at, from, parentId }: ReadComment): MissedItem {
  return {
    at,
    change: {
      field: 'comments',
      value: {
        id,
        text,
        from,
        media: { id: post.id, ...(post.productType && { media_product_type: post.productType }) },
        ...(parentId && { parent_id: parentId }),
      },
      polled: true,
    },
  };
}

function messageItem(account: OwnAccount, { id, text, at, fromId, fromUsername }: ReadMessage): MissedItem {
  return {
    at,
    messaging: {
      sender: { id: fromId, ...(fromUsername && { username: fromUsername }) },
      recipient: { id: account.externalId },
      timestamp: Date.parse(at),
      message: { mid: id, text },
      polled: true,
    },
  };
}

const inOrder = (items: MissedItem[]): MissedItem[] =>
  items.sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
