import { describe, expect, it } from 'vitest';
import { NodeError } from './errors.ts';
import type { EffectOptions } from './node-type.ts';
import { fired } from './node-type.ts';
import { RunInterrupted } from './run.ts';
import { FakeClock } from './testing/fake-clock.ts';
import { fakeCatalogue, fakeStep, graphOf } from './testing/fake-nodes.ts';
import { MemoryJournal } from './testing/memory-journal.ts';
import type { FlowRunOptions } from './testing/run-flow.ts';
import { runFlow } from './testing/run-flow.ts';

const GRAPH = graphOf({ node: 'fake.send' }, ['start node']);
const QUIET_MS = 5_000;

function send(
  perform: () => Promise<string>,
  options: FlowRunOptions & { reconcile?: EffectOptions<string>['reconcile'] },
) {
  const catalogue = fakeCatalogue(
    fakeStep('fake.send', async (context) =>
      fired(
        'out',
        await context.effect('send', perform, {
          describe: 'Send "Hi"',
          dryRunResult: 'dry',
          ...(options.reconcile && { reconcile: options.reconcile }),
        }),
      ),
    ),
  );
  return runFlow(GRAPH, { catalogue, ...options });
}

describe('an effect whose outcome nobody knows', () => {
  it('found after a crash is looked after only when what was sent has had its time to arrive', async () => {
    const journal = new MemoryJournal({ atWrite: 2, isWritten: false });
    await expect(send(async () => 'id', { journal })).rejects.toThrow('crashed');

    journal.restart();
    const clock = new FakeClock('2026-01-05T13:00:00.000Z');
    const askedAt: string[] = [];
    const { end, step } = await send(async () => 'again', {
      journal,
      clock,
      ports: { quietMs: QUIET_MS },
      reconcile: async () => {
        askedAt.push(clock.now().toISOString());
        return { done: true, result: 'id' };
      },
    });
    expect([end.status, step('node')?.output]).toEqual(['succeeded', 'id']);
    expect(askedAt).toEqual(['2026-01-05T13:00:05.000Z']);
  });

  it('of a lost connection is looked after a while after it, not after its intention', async () => {
    const clock = new FakeClock('2026-01-05T12:00:00.000Z');
    const askedAt: string[] = [];
    await send(
      async () => {
        await clock.sleep(20_000, new AbortController().signal);
        throw new NodeError('network', 'Lost.', { retryable: true });
      },
      {
        clock,
        ports: { quietMs: QUIET_MS },
        reconcile: async () => {
          askedAt.push(clock.now().toISOString());
          return { done: true, result: 'id' };
        },
      },
    );
    expect(askedAt).toEqual(['2026-01-05T12:00:25.000Z']);
  });
});

describe('a run that is no longer held', () => {
  it('performs nothing, and leaves its step to whoever goes on with it', async () => {
    const lost = new AbortController();
    const journal = new MemoryJournal();
    let performed = 0;
    const running = send(
      async () => {
        performed++;
        return 'id';
      },
      {
        journal,
        ports: {
          signal: lost.signal,
          isHeld: () => {
            lost.abort(new RunInterrupted());
            return false;
          },
        },
      },
    );
    await expect(running).rejects.toThrow(RunInterrupted);
    expect([
      performed,
      journal.end,
      journal.steps.get('node'),
      journal.effects.get('node send')?.status,
    ]).toEqual([0, undefined, undefined, 'intended']);
  });

  it('can not be talked out of it by a node that catches every error', async () => {
    const lost = new AbortController();
    const journal = new MemoryJournal();
    const stubborn = fakeStep('fake.send', async (context) => {
      const options = { describe: 'x', dryRunResult: '' };
      return fired('out', await context.effect('send', async () => 'id', options).catch(() => 'never mind'));
    });
    const running = runFlow(GRAPH, {
      journal,
      catalogue: fakeCatalogue(stubborn),
      ports: {
        signal: lost.signal,
        isHeld: () => {
          lost.abort(new RunInterrupted());
          return false;
        },
      },
    });
    await expect(running).rejects.toThrow(RunInterrupted);
    expect(journal.steps.get('node')).toBeUndefined();
  });
});
