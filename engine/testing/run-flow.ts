import type { NodeCatalogue } from '../catalogue.ts';
import { compilePlan, type Plan } from '../compile.ts';
import type { Graph } from '../graph.ts';
import type { ExecutionEnd, ExecutionInput, ProgressEvent, StepRecord } from '../journal.ts';
import { type RunPorts, runExecution } from '../run.ts';
import { FakeClock } from './fake-clock.ts';
import { fakeCatalogue, fakeInput, noServices } from './fake-nodes.ts';
import { MemoryJournal } from './memory-journal.ts';

export type FlowRun = {
  end: ExecutionEnd;
  journal: MemoryJournal;
  clock: FakeClock;
  events: ProgressEvent[];
  step(nodeId: string): StepRecord | undefined;
};

export type FlowRunOptions = {
  catalogue?: NodeCatalogue;
  plan?: Plan;
  journal?: MemoryJournal;
  clock?: FakeClock;
  input?: Partial<ExecutionInput>;
  ports?: Partial<RunPorts>;
};

/** Runs a graph from what its journal has until it ends or waits, under a fake clock that moves by itself. */
export async function runFlow(graph: Graph, options: FlowRunOptions = {}): Promise<FlowRun> {
  const journal = options.journal ?? new MemoryJournal();
  const clock = options.clock ?? new FakeClock();
  const events: ProgressEvent[] = [];
  const running = runExecution(
    options.plan ?? compilePlan(graph, options.catalogue ?? fakeCatalogue()),
    fakeInput(options.input),
    journal.snapshot(),
    {
      journal,
      clock,
      services: noServices,
      signal: new AbortController().signal,
      random: () => 1,
      progress: (event) => events.push(event),
      ...options.ports,
    },
  );
  const end = await clock.drive(running);
  return { end, journal, clock, events, step: (nodeId) => journal.steps.get(nodeId) };
}
