import type { RegisteredNode } from '../../engine/catalogue.ts';
import { NodeCatalogue } from '../../engine/catalogue.ts';
import { EffectUncertainError, NodeError } from '../../engine/errors.ts';
import type { NodeContext, NodeInstance } from '../../engine/node-type.ts';
import type { Figures } from './figures.ts';
import type { RunWatch } from './run-watch.ts';

/** The catalogue for running executions: every node of it is timed, and its effects are counted. */
export class WatchedCatalogue extends NodeCatalogue {
  readonly #catalogue: NodeCatalogue;
  readonly #watch: RunWatch;
  readonly #figures: Figures;
  readonly #instances = new Map<string, NodeInstance>();

  constructor(catalogue: NodeCatalogue, watch: RunWatch, figures: Figures) {
    super();
    this.#catalogue = catalogue;
    this.#watch = watch;
    this.#figures = figures;
  }

  override get(type: string): RegisteredNode | undefined {
    const known = this.#catalogue.get(type);
    return known && this.#watched(known);
  }

  override list(): RegisteredNode[] {
    return this.#catalogue.list().map((known) => this.#watched(known));
  }

  override register(...[nodeClass, source]: Parameters<NodeCatalogue['register']>): void {
    this.#catalogue.register(nodeClass, source);
  }

  override setEnabled(type: string, enabled: boolean): void {
    this.#catalogue.setEnabled(type, enabled);
  }

  /** Triggers are asked, not run. */
  #watched(known: RegisteredNode): RegisteredNode {
    if (known.description.kind === 'trigger') return known;
    const { type } = known.description;
    const instance = this.#instances.get(type) ?? watchedNode(type, known, this.#watch, this.#figures);
    this.#instances.set(type, instance);
    return { ...known, instance };
  }
}

function watchedNode(
  type: string,
  { instance }: RegisteredNode,
  watch: RunWatch,
  figures: Figures,
): NodeInstance {
  return {
    run: async (context) => {
      const { executionId, nodeId, attempt } = context;
      const step = watch.nodeBegins({ executionId, nodeId, type, attempt });
      context.effect = countedEffect(context.effect, (outcome) => figures.effect(type, outcome));
      try {
        return await step.run(() => instance.run(context));
      } finally {
        step.settled();
      }
    },
  };
}

/** Counts how an effect went, once for each time that it was tried. */
function countedEffect(
  effect: NodeContext<unknown>['effect'],
  count: (outcome: 'done' | 'failed' | 'uncertain' | 'reconciled') => void,
): NodeContext<unknown>['effect'] {
  return async (key, perform, options) => {
    let isPerformed = false;
    let isFound = false;
    const { reconcile } = options;
    try {
      const result = await effect(
        key,
        (signal) => {
          isPerformed = true;
          return perform(signal);
        },
        reconcile
          ? {
              ...options,
              reconcile: async (...asked) => {
                const answer = await reconcile(...asked);
                isFound = answer?.done ?? false;
                return answer;
              },
            }
          : options,
      );
      if (isFound) count('reconciled');
      else if (isPerformed) count('done');
      return result;
    } catch (error) {
      if (error instanceof EffectUncertainError) count('uncertain');
      else if (isPerformed && error instanceof NodeError && error.outcome === 'not_performed')
        count('failed');
      throw error;
    }
  };
}
