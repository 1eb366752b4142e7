import type { Router } from 'express';
import type pg from 'pg';
import type { NodeCatalogue } from '../../engine/catalogue.ts';
import type { Faults } from '../faults.ts';
import { noFaults } from '../faults.ts';
import type { Logger } from '../log.ts';
import type { Secrets } from '../secrets.ts';
import { loadFollowers } from './followers.ts';
import type { OnWoken, Reserve, StoredExecution } from './ingest.ts';
import { createIngest } from './ingest.ts';
import { createKnownAccounts } from './known-accounts.ts';
import { createPublishedFlows } from './published-flows.ts';
import { webhookRouter } from './webhook-router.ts';

export type Webhooks = {
  /** Mount it before anything that reads bodies. */
  router: Router;
  /** The published version of a flow changed; null: any may have. */
  flowChanged(flowId: string | null): void;
};

/** Everything that takes webhooks in, put together. */
export function createWebhooks(deps: {
  pool: pg.Pool;
  catalogue: NodeCatalogue;
  log: Logger;
  secrets: Pick<Secrets, 'verifyToken' | 'webhookSecrets'>;
  /** Keeps slots for what is about to be stored. */
  reserve: Reserve;
  /** Told of new executions after they are on disk. */
  onStored: (executions: StoredExecution[]) => void;
  onWoken?: OnWoken;
  /** For tests. */
  faults?: Faults;
}): Webhooks {
  const { pool, catalogue, log, secrets, reserve, onStored, onWoken, faults = noFaults } = deps;
  const flows = createPublishedFlows({ pool, catalogue, log });
  const router = webhookRouter({
    secrets,
    log,
    flows,
    accounts: createKnownAccounts(pool),
    ingest: createIngest(pool, reserve, faults, onWoken),
    followersAmong: (people) => loadFollowers(pool, people),
    onStored,
  });
  return {
    router,
    flowChanged: (flowId) => {
      if (flowId === null) flows.forgetAll();
      else flows.forget(flowId);
    },
  };
}
