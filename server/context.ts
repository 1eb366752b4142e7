import type pg from 'pg';
import type { NodeCatalogue } from '../engine/catalogue.ts';
import type { TriggerEvent } from '../engine/event.ts';
import type { Config } from './config.ts';
import type { LiveEvent } from './contract/live.ts';
import type { Database } from './database/connect.ts';
import type { Logger } from './log.ts';
import type { Secrets } from './secrets.ts';

/** What the parts of the server are given; built once in server/boot.ts, passed on by hand. */
export type ServerContext = {
  config: Config;
  secrets: Secrets;
  log: Logger;
  db: Database;
  pool: pg.Pool;
  catalogue: NodeCatalogue;
  executions: Executions;
  live: Live;
  /** Base of links and webhook URLs: PUBLIC_URL, else the address the server listens on. No slash at the end. */
  publicUrl: () => string;
};

/** Starting and steering executions; implemented in server/executions/. All writes are durable when the promise resolves. */
export type Executions = {
  /** A test run of the draft graph as it is stored now. @throws HttpProblem 422 when the graph has errors */
  startTest(request: {
    workspaceId: string;
    flowId: string;
    event?: Partial<TriggerEvent>;
    triggerNodeId?: string;
    dryRun: boolean;
  }): Promise<{ executionId: string }>;
  /** @throws HttpProblem 404; 409 when it has ended */
  cancel(workspaceId: string, executionId: string): Promise<void>;
  /** Goes on from the failed step. @throws HttpProblem 404; 409 unless it failed */
  retry(workspaceId: string, executionId: string): Promise<void>;
  /** A new execution of the same event on the flow's published version (or the same draft). @throws HttpProblem 404 */
  replay(workspaceId: string, executionId: string): Promise<{ executionId: string }>;
  /**
   * A person says whether an uncertain effect happened; an execution that failed for it goes on.
   * @throws HttpProblem 404; 409 when it is not uncertain
   */
  settleEffect(request: {
    workspaceId: string;
    executionId: string;
    nodeId: string;
    key: string;
    happened: boolean;
  }): Promise<void>;
  /** Decides a pending approval and wakes its execution. @throws HttpProblem 404; 409 when decided already */
  decideApproval(request: {
    workspaceId: string;
    approvalId: string;
    decision: 'approved' | 'rejected';
    text?: string;
    reason?: string;
    by: string;
  }): Promise<void>;
  /** The published version of a flow changed (published, unpublished, deleted): caches forget it. */
  flowChanged(flowId: string): void;
  /** A paused flow goes on: what was held back is taken up. */
  flowResumed(flowId: string): void;
};

/** Live events to whoever watches; implemented in server/live/. Never throws, never blocks. */
export type Live = {
  publish(workspaceId: string, events: Omit<LiveEvent, 'topic'>[]): void;
};
