import type { Dispatcher } from 'undici';

/**
 * A dispatcher that looks once more right before the first byte of a request leaves. A request may wait for a connection,
 * and a process may be frozen meanwhile: what was allowed when it was asked for need not be allowed any more.
 */
export function withLastLook(dispatcher: Dispatcher, maySend: () => boolean): Dispatcher {
  return dispatcher.compose((dispatch) => (options, handler) => {
    const start = handler.onRequestStart?.bind(handler);
    // A constant before it is a property: docs/decisions/what-ends-leaves-at-once.md.
    const startAfterLook: typeof handler.onRequestStart = (controller, context) => {
      start?.(controller, context);
      if (!maySend()) controller.abort(new Error('it may not be sent any more'));
    };
    handler.onRequestStart = startAfterLook;
    return dispatch(options, handler);
  });
}
