import type { Logger } from '../log.ts';
import type { Traces } from './traces.ts';
import { traceIdOf } from './traces.ts';

/** The log with a `traceId` in each line that is written inside a webhook or a step, or that names its execution. */
export function logWithTraceIds(log: Logger, traces: Pick<Traces, 'currentTraceId'>): Logger {
  return log.child({}, { formatters: { log: (fields) => withTraceId(fields, traces) } });
}

function withTraceId(fields: object, traces: Pick<Traces, 'currentTraceId'>): Record<string, unknown> {
  const executionId: unknown = 'executionId' in fields ? fields.executionId : undefined;
  const traceId = typeof executionId === 'string' ? traceIdOf(executionId) : traces.currentTraceId();
  return traceId === undefined ? { ...fields } : { ...fields, traceId };
}
