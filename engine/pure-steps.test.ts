import { describe, expect, it } from 'vitest';
import type { Journal, JournalEntry } from './journal.ts';
import { fired } from './node-type.ts';
import { FakeClock } from './testing/fake-clock.ts';
import { fakeCatalogue, fakeConfig, fakeStep, graphOf } from './testing/fake-nodes.ts';
import { MemoryJournal, SimulatedCrash } from './testing/memory-journal.ts';
import { runFlow } from './testing/run-flow.ts';

const computer = fakeStep('fake.computer', ({ nodeId }) => fired('out', { id: nodeId }), fakeConfig, {
  isPure: true,
});

/** A doer asks what the journal has at the moment of its effect. */
function catalogueWith(journal: MemoryJournal, seen: string[][] = []) {
  const doer = fakeStep('fake.doer', async ({ effect }) => {
    await effect('act', async () => seen.push([...journal.steps.keys()]), {
      describe: 'Act',
      dryRunResult: 0,
      reconcile: async () => ({ done: false }),
    });
    return fired('out', null);
  });
  return { catalogue: fakeCatalogue(computer, doer), seen };
}

const shapeOf = (writes: JournalEntry[][]) =>
  writes.map((write) =>
    write.map((entry) =>
      entry.type === 'step' ? entry.step.nodeId : entry.type === 'effect' ? entry.effect.status : entry.type,
    ),
  );

const chain = (types: string[]) =>
  graphOf(
    Object.fromEntries(types.map((type, index) => [`n${index}`, type])),
    types.map((_, index) => (index === 0 ? 'start n0' : `n${index - 1} n${index}`)),
  );

describe('pure steps', () => {
  it('are written with the intention of the effect that follows, before it is performed', async () => {
    const journal = new MemoryJournal();
    const { catalogue, seen } = catalogueWith(journal);
    await runFlow(chain(['fake.computer', 'fake.computer', 'fake.doer']), { journal, catalogue });
    expect(shapeOf(journal.writes)).toEqual([
      ['start', 'n0', 'n1', 'intended'],
      ['done', 'n2', 'end'],
    ]);
    expect(seen).toEqual([['start', 'n0', 'n1']]);
  });

  it('are written with the next step of another kind', async () => {
    const journal = new MemoryJournal();
    const { catalogue } = catalogueWith(journal);
    await runFlow(chain(['fake.computer', 'fake.step', 'fake.computer']), { journal, catalogue });
    expect(shapeOf(journal.writes)).toEqual([
      ['start', 'n0', 'n1'],
      ['n2', 'end'],
    ]);
  });

  it('are written soon when what follows takes its time', async () => {
    const journal = new MemoryJournal();
    const clock = new FakeClock();
    const begun = clock.now().getTime();
    const seen: string[][] = [];
    const slow = fakeStep('fake.slow', async ({ signal }) => {
      await clock.sleep(1_000, signal);
      seen.push([...journal.steps.keys()]);
      return fired('out', null);
    });
    const graph = chain(['fake.computer', 'fake.slow']);
    const writtenAfterMs: number[] = [];
    const timed: Journal = {
      write: (entries) => {
        writtenAfterMs.push(clock.now().getTime() - begun);
        return journal.write(entries);
      },
    };
    await runFlow(graph, {
      journal,
      clock,
      catalogue: fakeCatalogue(computer, slow),
      ports: { journal: timed },
    });
    expect(seen).toEqual([['start', 'n0']]);
    expect(writtenAfterMs).toEqual([10, 1_000]);
  });

  it('are told of in their order, though they are written together', async () => {
    const journal = new MemoryJournal();
    const { catalogue } = catalogueWith(journal);
    const { events } = await runFlow(chain(['fake.computer', 'fake.doer']), { journal, catalogue });
    expect(events.map(({ type, nodeId }) => `${nodeId} ${type}`)).toEqual([
      'start step.finished',
      'n0 step.started',
      'n0 step.finished',
      'n1 step.started',
      'n1 step.finished',
    ]);
  });

  it('are computed again after a crash that came before their write', async () => {
    const journal = new MemoryJournal({ atWrite: 1, isWritten: false });
    const { catalogue, seen } = catalogueWith(journal);
    const graph = chain(['fake.computer', 'fake.doer']);
    await expect(runFlow(graph, { journal, catalogue })).rejects.toThrow(SimulatedCrash);
    expect(seen).toEqual([]);
    journal.restart();
    const { end } = await runFlow(graph, { journal, catalogue });
    expect([end.status, seen.length]).toEqual(['succeeded', 1]);
  });
});
