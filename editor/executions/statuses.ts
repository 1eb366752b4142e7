import type { ExecutionSummary } from '../../server/contract/shapes.ts';

const STATUSES: readonly ExecutionSummary['status'][] = [
  'queued',
  'running',
  'waiting',
  'succeeded',
  'failed',
  'cancelled',
];

/** The state that an address names; undefined for none and for unknown ones. */
export const readStatus = (text: string | null): ExecutionSummary['status'] | undefined =>
  STATUSES.find((status) => status === text);
