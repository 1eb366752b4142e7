import { tracingChannel } from 'node:diagnostics_channel';

/** A call of the Graph API, as far as figures and spans may know it: no ids, no text, no token. */
export type GraphCall = {
  /** What kind of call, e.g. `reply_to_comment`. */
  family: string;
  method: 'GET' | 'POST' | 'DELETE';
  /** Set by the channel when the call failed. */
  error?: unknown;
};

/**
 * Where the Graph client tells of its calls: one of Node's diagnostics channels, so that the client needs nobody to tell.
 * While nobody listens it costs one comparison a call.
 */
export const graphCalls = tracingChannel<unknown, GraphCall>('replygraph:graph-call');

/** Messages of a channel come without a type. */
export function isGraphCall(message: unknown): message is GraphCall {
  return typeof message === 'object' && message !== null && 'family' in message && 'method' in message;
}
