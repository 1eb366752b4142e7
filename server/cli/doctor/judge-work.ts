import type { Finding } from './finding.ts';
import { counted, duration, findingsOf } from './finding.ts';

export type ProcessFacts = { role: 'all' | 'server' | 'worker'; host: string; version: string };

/** What is under way, from the database. */
export type WorkFacts = {
  /** An embedded installation has one process, which says nothing of itself in the database. */
  isEmbedded: boolean;
  isRunning: boolean;
  /** Of the other shapes: those that gave a sign of life lately. */
  processes: ProcessFacts[];
  executions: { queued: number; running: number; waiting: number; failed: number };
  /** Of those that may start: in flows that are not paused. Null where none waits. */
  oldestQueuedSeconds: number | null;
  pausedFlows: number;
  uncertainEffects: number;
  /** Accounts that need a new login. */
  accountsWithoutLogin: string[];
  /** Connected accounts that are no sandbox. */
  realAccounts: number;
};

/** A queue this old is not only busy. */
const OLD_SECONDS = 60;

export function judgeWork(facts: WorkFacts, waitingJobs: number | null): Finding[] {
  return [
    ...judgeProcesses(facts),
    ...judgeBacklog(facts, waitingJobs),
    ...judgeTrouble(facts),
    ...judgeAccounts(facts),
  ];
}

function judgeProcesses({ isEmbedded, isRunning, processes }: WorkFacts): Finding[] {
  const { ok, warning, broken } = findingsOf('processes');
  if (isEmbedded) return isRunning ? [ok('the one process of this installation runs')] : [];
  if (processes.length === 0)
    return [warning('none runs on this database', 'npm start, on one machine or several')];
  const findings: Finding[] = [];
  const takesWebhooks = processes.some(({ role }) => role !== 'worker');
  const works = processes.some(({ role }) => role !== 'server');
  if (!works)
    findings.push(
      broken('no worker runs: events are stored and nothing answers', 'start one with ROLE=worker'),
    );
  if (!takesWebhooks)
    findings.push(broken('no server runs: webhooks are not taken', 'start one with ROLE=server'));
  const versions = [...new Set(processes.map(({ version }) => version))].sort();
  if (versions.length > 1) {
    findings.push(
      warning(
        `different versions run: ${versions.join(', ')}`,
        'fine during an update; then restart the older ones',
      ),
    );
  }
  if (findings.length > 0) return findings;
  const hosts = new Set(processes.map(({ host }) => host)).size;
  return [ok(`${counted(processes.length, 'process', 'processes')} on ${counted(hosts, 'machine')}`)];
}

function judgeBacklog(facts: WorkFacts, waitingJobs: number | null): Finding[] {
  const { ok, warning, broken } = findingsOf('executions');
  const { executions, oldestQueuedSeconds: oldest, pausedFlows } = facts;
  const findings: Finding[] = [];
  if (oldest !== null && oldest > OLD_SECONDS && facts.isRunning) {
    const text = `${counted(executions.queued, 'execution')} in the queue, the oldest for ${duration(oldest)}`;
    findings.push(
      waitingJobs === 0 && executions.running === 0
        ? broken(`${text}, and nobody takes them`, 'look at the log of the workers')
        : warning(text, 'start more workers, or see what they wait for'),
    );
  }
  if (pausedFlows > 0) {
    findings.push(
      warning(
        `${counted(pausedFlows, 'flow is paused', 'flows are paused')}`,
        'their events wait; resume them in the editor',
      ),
    );
  }
  if (findings.length > 0) return findings;
  const { queued, running, waiting } = executions;
  return [ok(`${queued} queued, ${running} running, ${waiting} waiting`)];
}

function judgeTrouble({ uncertainEffects, executions }: WorkFacts): Finding[] {
  const { warning } = findingsOf('executions');
  const findings: Finding[] = [];
  if (uncertainEffects > 0) {
    findings.push(
      warning(
        counted(uncertainEffects, 'effect is uncertain', 'effects are uncertain'),
        'open these executions and say whether it happened',
      ),
    );
  }
  if (executions.failed > 0) {
    findings.push(
      warning(
        counted(executions.failed, 'execution has failed', 'executions have failed'),
        'see Executions → Failed; retry or leave them',
      ),
    );
  }
  return findings;
}

function judgeAccounts({ accountsWithoutLogin }: WorkFacts): Finding[] {
  return accountsWithoutLogin.map((name) =>
    findingsOf('accounts').broken(
      `@${name} needs a new login: nothing is sent for it`,
      'connect it again under Accounts',
    ),
  );
}
