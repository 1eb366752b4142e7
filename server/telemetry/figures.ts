import { Counter, collectDefaultMetrics, Registry } from 'prom-client';
import { addBuildInfo } from './build-info.ts';
import { DurationHistogram } from './duration-histogram.ts';

export type WebhookRoute = 'flow' | 'app' | 'http';
export type WebhookOutcome = 'accepted' | 'refused' | 'unknown_flow' | 'invalid' | 'failed' | 'aborted';
export type EffectOutcome = 'done' | 'failed' | 'uncertain' | 'reconciled';

/** What this process counts and measures while it works. Nothing here is named after a workspace, flow or person. */
export type Figures = {
  webhook(route: WebhookRoute, outcome: WebhookOutcome, seconds: number): void;
  executionStarted(): void;
  /** @param status `waiting` when it was put to wait; it is started again later */
  executionFinished(status: string): void;
  step(nodeType: string, outcome: string, seconds: number): void;
  effect(nodeType: string, outcome: EffectOutcome): void;
  graphCall(operation: string, outcome: string, seconds: number): void;
  /** For figures that are read when somebody scrapes. */
  registry: Registry;
  /** In Prometheus' text format. */
  text(): Promise<string>;
};

/** A webhook is answered after one write to the disk; from 1 s on Meta's patience is at stake. */
const WEBHOOK_BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** From a condition to an answer of a language model. */
const STEP_BOUNDS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const CALL_BOUNDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20];

/**
 * How often the event loop is looked at. Every 10 ms, prom-client's default, costs an idle process 0.3 % of a CPU, this
 * costs 0.2 %; at longer intervals the lag that is shown is the interval itself.
 */
const EVENT_LOOP_PRECISION_MS = 20;

export function createFigures(): Figures {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: EVENT_LOOP_PRECISION_MS });
  addBuildInfo(registry);
  const webhooks = new DurationHistogram(
    'replygraph_webhook_duration_seconds',
    'Time from the first byte of a webhook to its answer.',
    ['route', 'outcome'],
    WEBHOOK_BOUNDS,
  );
  const steps = new DurationHistogram(
    'replygraph_step_duration_seconds',
    'Time that one attempt of a step took.',
    ['node_type', 'outcome'],
    STEP_BOUNDS,
  );
  const calls = new DurationHistogram(
    'replygraph_graph_call_duration_seconds',
    'Time of a call of the Instagram Graph API.',
    ['operation', 'outcome'],
    CALL_BOUNDS,
  );
  const started = new Counter({
    name: 'replygraph_executions_started_total',
    help: 'Executions that this process took up, also again after they had waited.',
    registers: [registry],
  });
  const finished = new Counter({
    name: 'replygraph_executions_finished_total',
    help: 'Executions that this process brought to an end or put to wait.',
    labelNames: ['status'],
    registers: [registry],
  });
  const effects = new Counter({
    name: 'replygraph_effects_total',
    help: 'Effects by how they went.',
    labelNames: ['node_type', 'outcome'],
    registers: [registry],
  });
  for (const status of ['succeeded', 'failed', 'cancelled', 'waiting']) finished.inc({ status }, 0);

  const ends = new Map<string, Counter.Internal>();
  const settled = new Map<string, Record<EffectOutcome, Counter.Internal>>();

  function endsOf(status: string): Counter.Internal {
    const known = ends.get(status) ?? finished.labels(status);
    ends.set(status, known);
    return known;
  }

  function settledOf(nodeType: string): Record<EffectOutcome, Counter.Internal> {
    let known = settled.get(nodeType);
    if (!known) {
      const of = (outcome: EffectOutcome) => {
        // There from the first effect of its type on: a rate of what appears with 1 shows nothing.
        effects.inc({ node_type: nodeType, outcome }, 0);
        return effects.labels(nodeType, outcome);
      };
      known = {
        done: of('done'),
        failed: of('failed'),
        uncertain: of('uncertain'),
        reconciled: of('reconciled'),
      };
      settled.set(nodeType, known);
    }
    return known;
  }

  return {
    webhook: (route, outcome, seconds) => webhooks.observe(route, outcome, seconds),
    executionStarted: () => started.inc(),
    executionFinished: (status) => endsOf(status).inc(),
    step: (nodeType, outcome, seconds) => steps.observe(nodeType, outcome, seconds),
    effect: (nodeType, outcome) => settledOf(nodeType)[outcome].inc(),
    graphCall: (operation, outcome, seconds) => calls.observe(operation, outcome, seconds),
    registry,
    text: async () => {
      const texts = [await registry.metrics(), webhooks.text(), steps.text(), calls.text()];
      return texts.join('\n');
    },
  };
}
