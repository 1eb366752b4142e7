import type { PeriodicJob } from '../accounts/periodic-job.ts';
import { startPeriodicJob } from '../accounts/periodic-job.ts';
import type { Logger } from '../log.ts';
import type { CheckDeps } from './check-account.ts';
import { checkAccount } from './check-account.ts';
import type { SpikeDeps } from './comment-spikes.ts';
import { tellOfCommentSpikes } from './comment-spikes.ts';

const FIRST_AFTER_MS = 60_000;
/** Looked for this often; each account is checked every 15 minutes. */
const EVERY_MS = 60_000;
const AT_ONCE = 5;

/** Connected accounts whose last check is a quarter of an hour old; a new account has its first soon. */
const DUE = `
select id, workspace_id as "workspaceId" from accounts a
where status = 'connected' and not is_sandbox
  and not exists (select 1 from account_checks c where c.account_id = a.id and c.name = 'token'
    and c.checked_at > now() - interval '14 minutes 30 seconds')
order by id limit 500`;

/** Checks the accounts, in one process at a time. */
export function startAccountChecks(deps: CheckDeps & SpikeDeps & { log: Logger }): PeriodicJob {
  return startPeriodicJob(
    deps,
    {
      name: 'account checks',
      lock: 'replygraph account checks',
      firstAfterMs: FIRST_AFTER_MS,
      everyMs: EVERY_MS,
    },
    async (signal) => {
      await checkDueAccounts(deps, signal);
      await tellOfCommentSpikes(deps);
    },
  );
}

/** One account in trouble does not keep the others from their check. */
export async function checkDueAccounts(
  deps: CheckDeps & { log: Logger },
  signal: AbortSignal,
): Promise<void> {
  const { rows } = await deps.pool.query<{ id: string; workspaceId: string }>(DUE);
  const rest = rows.values();
  const worker = async () => {
    for (const key of rest) {
      if (signal.aborted) return;
      try {
        const account = await deps.access.load(key);
        if (account) await checkAccount(deps, account, signal);
      } catch (error) {
        deps.log.warn({ err: error, accountId: key.id }, 'An account could not be checked');
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}
