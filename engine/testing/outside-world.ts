import { NodeError } from '../errors.ts';
import { fired, waitFor } from '../node-type.ts';
import { type FakeRun, fakeConfig, fakeStep } from './fake-nodes.ts';

/** How the first call of an effect goes; later ones go well. */
export type FirstCall = 'ok' | 'refused' | 'lost_before' | 'lost_after';

/** What can be seen from outside: how often each thing was done. Survives crashes of the process. */
export class OutsideWorld {
  readonly performed = new Map<string, number>();
  readonly #called = new Set<string>();

  /** Does it, unless its first call is to go wrong; then fails as a network or an API does. */
  async act(key: string, first: FirstCall): Promise<{ id: string }> {
    const goesWrong = !this.#called.has(key) && first !== 'ok';
    this.#called.add(key);
    if (goesWrong && first === 'refused') {
      throw new NodeError('rate_limited', 'Too many calls.', { retryable: true, outcome: 'not_performed' });
    }
    if (!goesWrong || first === 'lost_after') this.performed.set(key, (this.performed.get(key) ?? 0) + 1);
    if (goesWrong) throw new NodeError('network', 'The connection broke.', { retryable: true });
    return { id: `done-${key}` };
  }

  async find(key: string): Promise<{ done: true; result: { id: string } } | { done: false }> {
    return this.performed.has(key) ? { done: true, result: { id: `done-${key}` } } : { done: false };
  }
}

type Behaviour = { ports?: string[]; effects?: FirstCall[]; wait?: 'time' | 'approval' };

/**
 * A step `fake.actor` that does what its config says to this world, with effects that can be reconciled, and a pure step
 * `fake.computer` that fires the ports of its config.
 */
export function actorNodes(world: OutsideWorld) {
  const act: FakeRun = async (context) => {
    const { ports = ['out'], effects = [], wait } = (context.config as { value?: Behaviour }).value ?? {};
    if (wait && !context.resume) {
      const until = new Date(context.now().getTime() + 60_000).toISOString();
      return waitFor(wait === 'time' ? { for: 'time', until } : { for: 'approval', draft: 'Hi', until });
    }
    const results: unknown[] = [];
    for (const [index, first] of effects.entries()) {
      const key = `${context.nodeId}-${index}`;
      const options = { describe: key, dryRunResult: { id: 'dry' }, reconcile: () => world.find(key) };
      results.push(await context.effect(String(index), () => world.act(key, first), options));
    }
    return { ...fired('', { results, resume: context.resume?.kind ?? null }), ports };
  };
  const compute: FakeRun = ({ config }) => {
    const { ports = ['out'] } = (config as { value?: Behaviour }).value ?? {};
    return { ...fired('', { ports }), ports };
  };
  return [fakeStep('fake.actor', act), fakeStep('fake.computer', compute, fakeConfig, { isPure: true })];
}
