import { NodeError } from '../../engine/errors.ts';
import type { Figures } from './figures.ts';
import { graphCalls, isGraphCall } from './graph-calls.ts';
import type { Traces } from './traces.ts';

type Pending = { begin: number; traced: ReturnType<Traces['graphCall']> | undefined };

/** Times the calls of the Graph API, of the whole process. The answer ends it. */
export function watchGraphCalls(figures: Figures, traces: Traces | null): () => void {
  const pending = new WeakMap<object, Pending>();

  function begun(call: unknown): void {
    if (!isGraphCall(call)) return;
    const traced = traces?.graphCall({ operation: call.family, method: call.method });
    pending.set(call, { begin: performance.now(), traced });
  }

  function ended(call: unknown): void {
    if (!isGraphCall(call)) return;
    const known = pending.get(call);
    if (!known) return;
    const outcome = outcomeOf(call.error);
    figures.graphCall(call.family, outcome, (performance.now() - known.begin) / 1_000);
    const errorCode = call.error === undefined ? undefined : codeOf(call.error);
    known.traced?.end({ status: outcome, errorCode });
  }

  graphCalls.start.subscribe(begun);
  graphCalls.asyncEnd.subscribe(ended);
  return () => {
    graphCalls.start.unsubscribe(begun);
    graphCalls.asyncEnd.unsubscribe(ended);
  };
}

const OUTCOMES: Record<string, string> = {
  instagram_busy: 'busy',
  instagram_unreachable: 'unreachable',
  instagram_answer: 'unreadable',
  instagram_login: 'login',
};

/** A handful of classes, however many codes there are; see graph-error.ts. */
function outcomeOf(error: unknown): string {
  if (error === undefined) return 'ok';
  return OUTCOMES[codeOf(error)] ?? 'refused';
}

const codeOf = (error: unknown): string => (error instanceof NodeError ? error.code : 'unknown');
