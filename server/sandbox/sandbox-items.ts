import type { SandboxPart } from '../contract/sandbox.ts';
import { followerId, newExternalId } from './sandbox-account.ts';
import type { NewSandboxItem, SandboxKind } from './sandbox-store.ts';

export type SandboxAccount = { workspaceId: string; externalId: string; username: string };

/** What the account itself does. */
export function ownItem(account: SandboxAccount, kind: SandboxKind, text: string, at: Date): NewSandboxItem {
  return {
    workspaceId: account.workspaceId,
    accountExternalId: account.externalId,
    kind,
    externalId: newExternalId(),
    parentExternalId: null,
    mediaId: null,
    fromExternalId: account.externalId,
    fromUsername: account.username,
    toExternalId: null,
    text,
    isPrivateReply: false,
    at,
  };
}

/** What a follower does: the same row, written by them. */
export function followerItem(
  account: SandboxAccount,
  item: {
    kind: 'comment' | 'message' | 'event' | 'activity';
    username: string;
    text: string;
    mediaId?: string;
    parentId?: string;
    parts?: (SandboxPart | WebhookPart | ActivityPart)[];
    at: Date;
  },
): NewSandboxItem {
  return {
    ...ownItem(account, item.kind, item.text, item.at),
    parentExternalId: item.parentId ?? null,
    mediaId: item.mediaId ?? null,
    fromExternalId: followerId(account.externalId, item.username),
    fromUsername: item.username,
    toExternalId: item.kind === 'comment' ? null : account.externalId,
    attachments: item.parts ?? [],
  };
}

/** The content of the webhook that tells of an event, where it is not that of a comment or message. */
export type WebhookPart = {
  type: 'webhook';
  content: { changes: unknown[] } | { messaging: Record<string, unknown>[] };
};

/** What an activity is. */
export type ActivityPart = {
  type: 'activity';
  kind: 'typing_on' | 'typing_off' | 'mark_seen' | 'referral' | 'mention' | 'caption_mention';
};
