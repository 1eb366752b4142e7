import { NodeError } from '../../engine/errors.ts';
import type { TriggerEvent } from '../../engine/event.ts';
import type { StepRecord } from '../../engine/journal.ts';
import type { AccountDirectory, ConnectedAccount } from './account-directory.ts';
import type { GraphAccount, GraphClient } from './graph-client.ts';
import { classOf } from './graph-error.ts';
import type { Pressure } from './platform-pressure.ts';
import { authorOf } from './policy/author-of.ts';
import type { Decision } from './policy/decide.ts';
import { decide } from './policy/decide.ts';
import type { PolicyFacts } from './policy/facts.ts';
import { factsWithEvent, targetWithPerson } from './policy/facts-of-event.ts';
import type { ProposedSend } from './policy/proposed-send.ts';
import { refusalError } from './policy/refusal-error.ts';
import type { Family } from './rate-limits.ts';
import { reservationsOf } from './reservations.ts';
import type { SendGuards } from './send-guards.ts';
import type { SendLimits } from './send-limits.ts';
import { sentItemOf } from './sent-item.ts';

export type GuardedCallsDeps = {
  accounts: AccountDirectory;
  client: GraphClient;
  limits: SendLimits;
  guards: SendGuards;
};

export type ServedExecution = {
  workspaceId: string;
  /** Null outside an execution (a person writes). */
  executionId?: string | null;
  event: TriggerEvent;
  /** The journal with which the execution goes on: it may have been given turns to send before. */
  steps?: readonly StepRecord[];
  /** False once another process may have taken the execution over. */
  isHeld?: () => boolean;
};

/** What a call does once it may. */
export type Call<T> = (client: GraphClient, account: GraphAccount) => Promise<T>;

export type SendRequest = ProposedSend & {
  family: Family;
  signal: AbortSignal;
  /** Kept with the message. */
  attachments?: unknown[];
  /** Of kind `hide`: false shows the comment again. */
  hide?: boolean;
};

export type GuardedCalls = {
  /** `trigger` or the id of our row. */
  find(account: string): Promise<ConnectedAccount>;
  /** A call that nobody outside sees. */
  call<T>(account: string, family: Family, signal: AbortSignal, perform: Call<T>): Promise<T>;
  /** A call that somebody sees: decided by the rules before, kept in the conversation after. */
  send<T>(account: string, request: SendRequest, perform: Call<T>): Promise<T>;
};

/**
 * The two ways in which an execution speaks to Instagram. Both find the account, keep away from what is broken
 * (server/circuit-breaker.ts), take a permit (send-limits.ts) and look whether the execution is still ours before they call.
 *
 * All of it happens here, inside the effect that a node performs: no node, built in or custom, can forget it. An effect that
 * is refused or has to wait is so written down as intended and not performed before its step fails or waits.
 */
export function createGuardedCalls(deps: GuardedCallsDeps, execution: ServedExecution): GuardedCalls {
  const { accounts, limits, guards } = deps;
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

  /** Keeps away while calls of this kind fail one after the other, and counts how this one ends. */
  async function pass<T>(
    account: ConnectedAccount,
    family: Family,
    signal: AbortSignal,
    perform: Call<T>,
  ): Promise<T> {
    const key = `${account.id} ${family}`;
    const passage = guards.breaker.enter(key);
    if (!passage.mayCall) throw circuitOpen(account, passage.waitMs);
    let wasCounted = false;
    const record = async (outcome: 'answered' | 'failed'): Promise<void> => {
      wasCounted = true;
      const tripped = guards.breaker.record(key, passage.isProbe, outcome);
      // A pause that can't be written down holds in this process; the others count for themselves.
      if (tripped)
        await limits.pause(account, family, { scope: 'family', forMs: tripped.pauseMs }).catch(() => {});
    };
    try {
      const answer = await permitted(account, family, signal, perform);
      await record('answered');
      return answer;
    } catch (error) {
      const standing = standingOf(error, signal);
      if (standing) await record(standing);
      throw error;
    } finally {
      if (!wasCounted) guards.breaker.release(key, passage.isProbe);
    }
  }

  async function permitted<T>(
    account: ConnectedAccount,
    family: Family,
    signal: AbortSignal,
    perform: Call<T>,
  ): Promise<T> {
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
      await learnOfAccount(account, error);
      if (!(error instanceof NodeError && error.throttled && pressure)) throw error;
      throw await limits.refused(account, family, held, { pressure, refusal: error });
    }
  }

  async function learnOfAccount(account: ConnectedAccount, error: unknown): Promise<void> {
    if (!(error instanceof NodeError)) return;
    const found = classOf(error);
    if (found === 'new_login') {
      accounts.forget(account);
      await guards.learn({ what: 'login_lost', account, error });
    }
    if (found === 'permission' || found === 'policy_block') {
      await guards.learn({ what: 'account_error', account, error });
    }
  }

  async function send<T>(key: string, asked: SendRequest, perform: Call<T>): Promise<T> {
    const request = { ...asked, author: authorOf(asked, execution) };
    const { family, signal } = request;
    const account = await find(key);
    const { id: accountId, workspaceId } = account;
    const target = targetWithPerson(request.target, execution.event);
    const stored = await guards.facts.read({ workspaceId, accountId, family, target });
    const facts = factsWithEvent(stored, execution.event, target);
    const decision = decide(request, facts, stored.now);
    if (decision.verdict === 'refused') throw refusalError(decision);
    try {
      const answer = await pass(account, family, signal, (client, as) =>
        perform(client, decision.tag ? { ...as, messageTag: decision.tag } : as),
      );
      const item = sentItemOf({ ...request, target }, answer, {
        workspaceId,
        accountId,
        executionId: execution.executionId ?? null,
      });
      if (item) await guards.keep(item);
      return answer;
    } catch (error) {
      await learnOfTarget(account, { target, decision, facts }, error);
      throw error;
    }
  }

  async function learnOfTarget(
    { id: accountId, workspaceId }: ConnectedAccount,
    tried: { target: ProposedSend['target']; decision: Decision; facts: PolicyFacts },
    error: unknown,
  ): Promise<void> {
    const { target, decision, facts } = tried;
    const found = error instanceof NodeError ? classOf(error) : null;
    if (found === 'private_reply_used' && target.commentId !== undefined) {
      await guards.learn({ what: 'private_reply_used', workspaceId, accountId, commentId: target.commentId });
    }
    const isNews = facts.window.state === 'unknown' && target.personId !== undefined;
    if (found === 'outside_window' && isNews && target.personId !== undefined) {
      const wasTagged = decision.verdict === 'allowed' && decision.tag !== undefined;
      const { personId } = target;
      await guards.learn({ what: 'closed_window', workspaceId, accountId, personId, wasTagged });
    }
  }

  return {
    find,
    call: async (key, family, signal, perform) => pass(await find(key), family, signal, perform),
    send,
  };
}

/** Asked again after waiting for a permit: in that time another process may have taken over. */
function refuseUnless(isHeld: boolean): void {
  if (isHeld) return;
  throw new NodeError('step_closed', 'Another process has taken this run over; nothing was sent from here.');
}

/** What the end of a call says about the other side; null when it never got there, or we ended it ourselves. */
function standingOf(error: unknown, signal: AbortSignal): 'answered' | 'failed' | null {
  if (!(error instanceof NodeError) || signal.aborted) return null;
  const found = classOf(error);
  if (found === 'unreachable') return 'failed';
  if (found === null) return null;
  return error.outcome === 'unknown' ? 'failed' : 'answered';
}

function circuitOpen({ username }: ConnectedAccount, waitMs: number): NodeError {
  return new NodeError(
    'instagram_circuit_open',
    `Not sent: Instagram failed several times in a row for @${username}; it is left alone for a moment.`,
    // Apart, so that those who wait do not come back together.
    { throttled: true, retryAfterMs: Math.ceil(waitMs + Math.random() * 500) },
  );
}
