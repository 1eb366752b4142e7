import { expect, it } from 'vitest';
import { z } from 'zod';
import { NodeCatalogue } from '../../engine/catalogue.ts';
import { EffectUncertainError, NodeError } from '../../engine/errors.ts';
import type { EffectOptions, NodeContext } from '../../engine/node-type.ts';
import { describeNode, fired } from '../../engine/node-type.ts';
import type { LiveEvent } from '../contract/live.ts';
import { createFigures } from './figures.ts';
import { createRunWatch } from './run-watch.ts';
import { parseMetrics } from './testing/parse-metrics.ts';
import { WatchedCatalogue } from './watch-nodes.ts';

type Effect = NodeContext<unknown>['effect'];

/** A node with one effect, run as the engine would with an effect that goes as told. */
async function afterEffect(effect: Effect, perform: () => Promise<unknown> = async () => 'sent') {
  const catalogue = new NodeCatalogue();
  catalogue.register(
    class {
      static description = describeNode({
        type: 'test.send',
        version: 1,
        name: 'Send',
        summary: 'Sends',
        category: 'other',
        icon: 'box',
        kind: 'step',
        outputs: [{ id: 'out' }],
        config: z.object({}),
      });
      async run(context: NodeContext<unknown>) {
        const options: EffectOptions<unknown> = {
          describe: 'Send',
          dryRunResult: null,
          reconcile: async () => ({ done: true, result: 'found' }),
        };
        return fired('out', await context.effect('send', perform, options));
      }
    },
  );
  const figures = createFigures();
  const watch = createRunWatch(figures, null);
  const node = new WatchedCatalogue(catalogue, watch, figures).get('test.send');
  const tell = (event: Pick<LiveEvent, 'type' | 'data'>) =>
    watch.told({ ...event, seq: 1, at: '', executionId: 'execution', flowId: 'flow', nodeId: 'send' });
  tell({ type: 'execution.started', data: {} });
  const context = { executionId: 'execution', nodeId: 'send', attempt: 1, effect };
  const outcome = await node?.instance.run(context as NodeContext<unknown>).then(
    () => 'succeeded',
    () => 'failed',
  );
  tell({ type: 'step.finished', data: { status: outcome, error: null } });
  const metrics = parseMetrics(await figures.text());
  return (name: string, result: string) => metrics.value(name, { node_type: 'test.send', outcome: result });
}

const EFFECTS = 'replygraph_effects_total';
const signal = new AbortController().signal;

it('an effect that is performed is done', async () => {
  const value = await afterEffect((_key, perform) => perform(signal));
  expect(value(EFFECTS, 'done')).toBe(1);
  expect(value('replygraph_step_duration_seconds_count', 'succeeded')).toBe(1);
});

it('an effect that is found done after an interruption is reconciled', async () => {
  const value = await afterEffect(async (_key, _perform, { reconcile, dryRunResult }) => {
    const answer = await reconcile?.(signal);
    return answer?.done ? answer.result : dryRunResult;
  });
  expect(value(EFFECTS, 'reconciled')).toBe(1);
  expect(value(EFFECTS, 'done')).toBe(0);
});

it('an effect that nobody can tell about is uncertain', async () => {
  const value = await afterEffect(() => Promise.reject(new EffectUncertainError('Send')));
  expect(value(EFFECTS, 'uncertain')).toBe(1);
  expect(value('replygraph_step_duration_seconds_count', 'failed')).toBe(1);
});

it('an effect that is refused is failed', async () => {
  const refuse = () => Promise.reject(new NodeError('refused', 'No.'));
  const value = await afterEffect((_key, perform) => perform(signal), refuse);
  expect(value(EFFECTS, 'failed')).toBe(1);
});

it('an effect whose outcome is still open, known already or only pretended is not counted', async () => {
  const cut = () => Promise.reject(new Error('The connection broke.'));
  const open = await afterEffect((_key, perform) => perform(signal), cut);
  const known = await afterEffect(async (_key, _perform, { dryRunResult }) => dryRunResult);
  for (const value of [open, known]) {
    for (const outcome of ['done', 'failed', 'uncertain', 'reconciled']) {
      expect(value(EFFECTS, outcome) ?? 0).toBe(0);
    }
  }
});

it('a step that fails before its node runs is told apart', async () => {
  const figures = createFigures();
  const watch = createRunWatch(figures, null);
  const event = { seq: 1, at: '', executionId: 'execution', flowId: 'flow', nodeId: 'node' };
  watch.told({ ...event, type: 'execution.started', data: {} });
  watch.told({
    ...event,
    type: 'step.finished',
    data: { status: 'failed', error: { code: 'template_failed' } },
  });

  const metrics = parseMetrics(await figures.text());
  const labels = { node_type: 'not_run', outcome: 'failed' };
  expect(metrics.value('replygraph_step_duration_seconds_count', labels)).toBe(1);
});
