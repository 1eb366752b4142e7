import { NodeError } from '../../engine/errors.ts';
import type { TriggerEvent } from '../../engine/event.ts';
import type { InstagramService } from '../../engine/services.ts';
import type { AccountDirectory } from './account-directory.ts';
import type { GraphAccount, GraphClient } from './graph-client.ts';

/** The Instagram that the nodes of one execution see: `account: 'trigger'` is the account its event came to. */
export function createInstagramService(
  deps: { accounts: AccountDirectory; client: GraphClient },
  execution: { workspaceId: string; event: TriggerEvent },
): InstagramService {
  const find = (account: string): Promise<GraphAccount> => {
    if (account !== 'trigger') return deps.accounts.find(execution.workspaceId, { id: account });
    const externalId = execution.event.account?.id;
    if (externalId) return deps.accounts.find(execution.workspaceId, { externalId });
    throw new NodeError(
      'account_missing',
      'This run was not started by an Instagram account. Choose one in the node.',
    );
  };
  return {
    replyToComment: async ({ account, commentId, text }, signal) =>
      deps.client.replyToComment(await find(account), commentId, text, signal),
    listReplies: async ({ account, commentId }, signal) =>
      deps.client.listReplies(await find(account), commentId, signal),
    privateReply: async ({ account, commentId, text }, signal) =>
      deps.client.privateReply(await find(account), commentId, text, signal),
    sendMessage: async ({ account, recipientId, text }, signal) =>
      deps.client.sendMessage(await find(account), recipientId, text, signal),
    listMessages: async ({ account, recipientId }, signal) =>
      deps.client.listMessages(await find(account), recipientId, signal),
    hideComment: async ({ account, commentId, hide }, signal) =>
      deps.client.hideComment(await find(account), commentId, hide, signal),
  };
}
