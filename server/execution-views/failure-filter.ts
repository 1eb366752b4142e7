import type { FailureFilter } from '../contract/shapes.ts';

/** What a failed execution without a code is filed under. */
export const UNKNOWN_ERROR = 'unknown';

/**
 * Failed executions `e` of the workspace `$1` that the filter names, over `$2` to `$6`. The state stands in the text, so
 * that the partial index `flow_executions_rare` serves it.
 */
export const IS_FAILED = `e.workspace_id = $1 and e.status = 'failed'
    and ($2::uuid is null or e.flow_id = $2)
    and ($3::text is null or coalesce(e.error->>'code', '${UNKNOWN_ERROR}') = $3)
    and ($4::text is null or e.error->>'nodeId' = $4)
    and ($5::timestamptz is null or e.created_at >= $5)
    and ($6::timestamptz is null or e.created_at < $6)`;

/** `$1` to `$6` of `IS_FAILED`. */
export function failureValues(workspaceId: string, filter: FailureFilter): unknown[] {
  const { flowId, errorCode, nodeId, since, until } = filter;
  return [workspaceId, flowId ?? null, errorCode ?? null, nodeId ?? null, since ?? null, until ?? null];
}
