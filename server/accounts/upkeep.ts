import { startAccountChecks } from '../account-checks/checks-job.ts';
import type { SpikeDeps } from '../account-checks/comment-spikes.ts';
import type { BackfillDeps } from '../backfill/backfill-job.ts';
import { startBackfill } from '../backfill/backfill-job.ts';
import type { PeriodicJob } from './periodic-job.ts';
import { startPeriodicJob } from './periodic-job.ts';
import { refreshTokens } from './refresh-tokens.ts';

const REFRESH_FIRST_AFTER_MS = 90_000;
/** A token has its turn once a day; looking every hour makes up for processes that are restarted every day. */
const REFRESH_EVERY_MS = 3_600_000;

/** What is done for accounts in the background: tokens renewed, health checked, missed events read. */
export function startAccountUpkeep(deps: BackfillDeps & SpikeDeps & { encryptionKey: string }): PeriodicJob {
  const renewal = startPeriodicJob(
    deps,
    {
      name: 'token renewal',
      lock: 'replygraph token renewal',
      firstAfterMs: REFRESH_FIRST_AFTER_MS,
      everyMs: REFRESH_EVERY_MS,
    },
    async (signal) => {
      const renewed = await refreshTokens(deps, signal);
      if (renewed > 0) deps.log.info({ tokens: renewed }, 'Renewed access tokens');
      await followFacebookUrl(deps);
    },
  );
  const jobs = [renewal, startAccountChecks(deps), startBackfill(deps)];
  return { stop: async () => void (await Promise.all(jobs.map((job) => job.stop()))) };
}

/** Accounts of pages name the Graph API of Facebook, with its version: they follow when the configuration moves on. */
async function followFacebookUrl({ pool, access }: BackfillDeps): Promise<void> {
  await pool.query(
    `update accounts set graph_url = $1 where login = 'facebook' and graph_url is distinct from $1`,
    [access.settings.urls.facebookGraph],
  );
}
