import { useMemo } from 'react';
import { useSearchParams } from 'react-router';
import type { FailureFilter } from '../../server/contract/shapes.ts';

export const PERIODS = ['hour', 'day', 'week'] as const;
export type Period = (typeof PERIODS)[number];

const HOURS: Record<Period, number> = { hour: 1, day: 24, week: 168 };
const MINUTE_MS = 60_000;

type Change = { code?: string | null; node?: string | null; flow?: string | null; period?: Period | null };

/**
 * Which failed runs are shown, as it stands in the address (`?code=&node=&flow=&period=`).
 * @param flowId where the page is of one flow
 */
export function useFailureFilter(flowId: string | undefined) {
  const [parameters, setParameters] = useSearchParams();
  const code = parameters.get('code') || undefined;
  const node = parameters.get('node') || undefined;
  const flow = flowId ?? (parameters.get('flow') || undefined);
  const period = PERIODS.find((known) => known === parameters.get('period'));
  // From the page's opening on: a border that moves on would make every answer a new list.
  const since = useMemo(() => period && sinceOf(period, Date.now()), [period]);

  const change = (changes: Change) =>
    setParameters((old) => {
      const next = new URLSearchParams(old);
      for (const [name, value] of Object.entries(changes)) {
        if (value) next.set(name, value);
        else next.delete(name);
      }
      return next;
    });

  const filter = useMemo(
    (): FailureFilter => ({
      ...(flow && { flowId: flow }),
      ...(code && { errorCode: code }),
      ...(node && { nodeId: node }),
      ...(since && { since }),
    }),
    [flow, code, node, since],
  );
  return { filter, code, node, period, change };
}

/** When the period began, to the minute. */
export function sinceOf(period: Period, nowMs: number): string {
  const now = Math.floor(nowMs / MINUTE_MS) * MINUTE_MS;
  return new Date(now - HOURS[period] * 60 * MINUTE_MS).toISOString();
}
