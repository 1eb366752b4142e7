import { NodeError } from '../../engine/errors.ts';
import type { TriggerEvent } from '../../engine/event.ts';
import type { StepRecord } from '../../engine/journal.ts';
import type { InstagramService } from '../../engine/services.ts';
import type { AccountDirectory, ConnectedAccount } from './account-directory.ts';
import type { GraphAccount, GraphClient } from './graph-client.ts';
import type { Pressure } from './platform-pressure.ts';
import type { Family } from './rate-limits.ts';
import { reservationsOf } from './reservations.ts';
import type { SendLimits } from './send-limits.ts';

type Deps = { accounts: AccountDirectory; client: GraphClient; limits: SendLimits };

export type ServedExecution = {
  workspaceId: string;
  event: TriggerEvent;
  /** The journal with which the execution goes on: it may have been given turns to send before. */
  steps?: readonly StepRecord[];
  /** False once another process may have taken the execution over. */
  isHeld?: () => boolean;
};

/** What a call does once it may. */
type Call<T> = (client: GraphClient, account: GraphAccount) => Promise<T>;

/**
 * The Instagram that the nodes of one execution see: `account: 'trigger'` is the account its event came to.
 *
 * Every call takes its permit here, inside the effect that a node performs: no node, built in or custom, can forget it. An
 * effect that has to wait is so written down as intended and not performed before its step waits; two rows more, in the one
 * case where there is time, against a second way of asking that every node would have to know. Reads that settle an effect
 * have families of their own, so neither they nor what is sent keeps the other waiting.
 */
export function createInstagramService(deps: Deps, execution: ServedExecution): InstagramService {
  const { accounts, limits } = deps;
  const held = reservationsOf(execution.steps ?? []);
  const isHeld = execution.isHeld ?? (() => true);

  const find = (account: string): Promise<ConnectedAccount> => {
    if (account !== 'trigger') return accounts.find(execution.workspaceId, { id: account });
    const externalId = execution.event.account?.id;
    if (externalId) return accounts.find(execution.workspaceId, { externalId });
    throw new NodeError(
      'account_missing',
      'This run was not started by an Instagram account. Choose one in the node.',
    );
  };

  async function call<T>(key: string, family: Family, signal: AbortSignal, perform: Call<T>): Promise<T> {
    const account = await find(key);
    await limits.take(account, family, held, signal);
    refuseUnless(isHeld());
    let pressure: Pressure | undefined;
    const client = deps.client.forCall((reported) => {
      pressure = reported;
    }, isHeld);
    try {
      const answer = await perform(client, account);
      // The call went well. A pause that can't be written down is found again with the next answer.
      if (pressure) await limits.pause(account, family, pressure).catch(() => {});
      return answer;
    } catch (error) {
      if (!(error instanceof NodeError && error.throttled && pressure)) throw error;
      throw await limits.refused(account, family, held, { pressure, refusal: error });
    }
  }

  return {
    replyToComment: ({ account, commentId, text }, signal) =>
      call(account, 'replies', signal, (client, as) => client.replyToComment(as, commentId, text, signal)),
    listReplies: ({ account, commentId }, signal) =>
      call(account, 'other', signal, (client, as) => client.listReplies(as, commentId, signal)),
    privateReply: ({ account, commentId, text }, signal) =>
      call(account, 'private_replies', signal, (client, as) =>
        client.privateReply(as, commentId, text, signal),
      ),
    sendMessage: ({ account, recipientId, text }, signal) =>
      call(account, 'messages', signal, (client, as) => client.sendMessage(as, recipientId, text, signal)),
    listMessages: ({ account, recipientId }, signal) =>
      call(account, 'reads', signal, (client, as) => client.listMessages(as, recipientId, signal)),
    hideComment: ({ account, commentId, hide }, signal) =>
      call(account, 'other', signal, (client, as) => client.hideComment(as, commentId, hide, signal)),
  };
}

/** Asked again after waiting for a permit: in that time another process may have taken over. */
function refuseUnless(isHeld: boolean): void {
  if (isHeld) return;
  throw new NodeError('step_closed', 'Another process has taken this run over; nothing was sent from here.');
}
