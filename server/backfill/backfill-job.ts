import type pg from 'pg';
import { NodeError } from '../../engine/errors.ts';
import type { AccountAccess } from '../accounts/account-access.ts';
import { isDeadToken, wordsOf } from '../accounts/account-access.ts';
import type { OwnAccount } from '../accounts/connection-store.ts';
import { noteError } from '../accounts/connection-store.ts';
import { loseLogin } from '../accounts/lose-login.ts';
import type { PeriodicJob } from '../accounts/periodic-job.ts';
import { startPeriodicJob } from '../accounts/periodic-job.ts';
import type { Live } from '../context.ts';
import { mayDo } from '../instagram-login/permissions.ts';
import type { Logger } from '../log.ts';
import type { DeliverDeps } from './deliver-missed.ts';
import { deliverMissed } from './deliver-missed.ts';
import { readComments, readMessages } from './missed-items.ts';
import { LONGEST_INTERVAL_SECONDS, nextInterval, readSince } from './poll-interval.ts';
import type { Poll } from './poll-store.ts';
import { claimPoll, closePoll, openPolls } from './poll-store.ts';

const FIRST_AFTER_MS = 30_000;
const EVERY_MS = 30_000;

export type BackfillDeps = DeliverDeps & {
  pool: pg.Pool;
  live: Live;
  log: Logger;
  access: AccountAccess;
};

/** Reads in the background what webhooks missed. Every process takes part; an account is read by one at a time. */
export function startBackfill(deps: BackfillDeps): PeriodicJob {
  return startPeriodicJob(
    deps,
    { name: 'backfill', firstAfterMs: FIRST_AFTER_MS, everyMs: EVERY_MS },
    (signal) => readDuePolls(deps, signal),
  );
}

/** Reads whatever is due, one after the other. */
export async function readDuePolls(deps: BackfillDeps, signal: AbortSignal): Promise<void> {
  await openPolls(deps.pool);
  while (!signal.aborted) {
    const poll = await claimPoll(deps.pool);
    if (!poll) return;
    await readPoll(deps, poll, signal);
  }
}

async function readPoll(deps: BackfillDeps, poll: Poll, signal: AbortSignal): Promise<void> {
  const { pool, access } = deps;
  const account = await access.load({ workspaceId: poll.workspaceId, id: poll.accountId }).catch(() => null);
  if (!account || !mayDo(account, poll.kind)) {
    return closePoll(pool, poll, { readUpTo: null, intervalSeconds: LONGEST_INTERVAL_SECONDS });
  }
  try {
    const since = readSince({ readUpTo: poll.readUpTo, connectedAt: account.createdAt, now: poll.now });
    const read = poll.kind === 'comments' ? readComments : readMessages;
    const found = await deliverMissed(deps, account, await read(access, account, since, signal));
    if (found > 0)
      deps.log.info({ accountId: account.id, kind: poll.kind, found }, 'Webhooks had missed events');
    const intervalSeconds = nextInterval(poll.intervalSeconds, found);
    await closePoll(pool, poll, { readUpTo: poll.now, intervalSeconds });
  } catch (error) {
    await fail(deps, poll, account, error);
  }
}

/** It is read again from where it was; what had to wait for its turn is no trouble. */
async function fail(deps: BackfillDeps, poll: Poll, account: OwnAccount, error: unknown): Promise<void> {
  const intervalSeconds = nextInterval(poll.intervalSeconds, 0);
  await closePoll(deps.pool, poll, { readUpTo: null, intervalSeconds });
  if (error instanceof NodeError && (error.throttled || error.code === 'step_closed')) return;
  if (isDeadToken(error)) return loseLogin(deps, account, wordsOf(error));
  deps.log.warn({ err: error, accountId: account.id, kind: poll.kind }, 'An account could not be read');
  if (error instanceof NodeError) await noteError(deps.pool, account, wordsOf(error));
}
