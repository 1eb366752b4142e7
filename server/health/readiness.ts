import type { Check } from './shared-check.ts';
import { shareCheck } from './shared-check.ts';

export type { Check as ReadinessCheck } from './shared-check.ts';

/** `degraded`: it does not answer, but the process serves without it. */
export type CheckResult = 'ok' | 'degraded' | 'failed';

export type Readiness = {
  /** Whether traffic should come here. */
  isReady: boolean;
  checks: Record<string, CheckResult>;
};

export type ReadinessParts = {
  /** Without one of them nothing can be served. */
  needed: Record<string, Check>;
  /** Without them work goes on, slower: the queue, whose work is then taken straight from the database. */
  helpful: Record<string, Check>;
};

/** @returns asks all parts at once; safe to call as often as anybody likes */
export function createReadiness({ needed, helpful }: ReadinessParts): () => Promise<Readiness> {
  const parts = [
    ...Object.entries(needed).map(([name, check]) => part(name, check, 'failed')),
    ...Object.entries(helpful).map(([name, check]) => part(name, check, 'degraded')),
  ];
  return async () => {
    const results = await Promise.all(parts.map(({ ask }) => ask()));
    return {
      isReady: results.every(([, result]) => result !== 'failed'),
      checks: Object.fromEntries(results),
    };
  };
}

function part(name: string, check: Check, otherwise: 'degraded' | 'failed') {
  const passes = shareCheck(check);
  return {
    ask: async (): Promise<[string, CheckResult]> => [name, (await passes()) ? 'ok' : otherwise],
  };
}
