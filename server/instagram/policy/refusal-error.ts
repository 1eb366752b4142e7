import { NodeError } from '../../../engine/errors.ts';
import type { Refusal } from './decide.ts';

/** A refusal as the error of a node: nothing was tried, and trying again soon changes nothing. */
export function refusalError({ code, message, allowedFrom }: Refusal): NodeError {
  return new NodeError(code, `Not sent: ${message}`, {
    outcome: 'not_performed',
    details: { class: 'rule', ...(allowedFrom && { allowedFrom: allowedFrom.toISOString() }) },
  });
}
