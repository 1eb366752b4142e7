/**
 * SQL: whether the next execution of the same contact has to wait for this one. One that waits for a person, a time or a
 * message has given its turn away; one that only waits to try something again has not. The index
 * `flow_executions_contact` holds just these.
 */
export const hasTurn = (table: string): string =>
  `(${table}.status in ('queued', 'running') or (${table}.status = 'waiting' and ${table}.keeps_turn))`;
