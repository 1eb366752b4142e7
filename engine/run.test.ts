import { describe, expect, it } from 'vitest';
import { compilePlan } from './compile.ts';
import { EffectUncertainError, NodeError } from './errors.ts';
import type { GraphInput } from './graph.ts';
import { fired, type NodeContext, waitFor } from './node-type.ts';
import { LARGEST_OUTPUT } from './plain-json.ts';
import { LONGEST_THROTTLE_MS, prepareRetry, settleEffect } from './retry.ts';
import { RunInterrupted, runExecution } from './run.ts';
import { MOST_LOG_LINES } from './run-step.ts';
import { FakeClock } from './testing/fake-clock.ts';
import {
  type FakeRun,
  fakeCatalogue,
  fakeInput,
  fakeStep,
  graphOf,
  noServices,
} from './testing/fake-nodes.ts';
import { FastJournal, MemoryJournal } from './testing/memory-journal.ts';
import { type FlowRunOptions, runFlow } from './testing/run-flow.ts';

type NodeInput = Partial<GraphInput['nodes'][number]>;

/** Runs `start → node → after`, where the node does `run`. */
function runNode(run: FakeRun, node: NodeInput = {}, options: FlowRunOptions = {}) {
  const graph = graphOf({ node: { type: 'fake.node', ...node }, after: 'fake.step', rescue: 'fake.step' }, [
    'start node',
    'node after',
    ...(node.policy?.onError === 'errorPort' ? ['node:error rescue'] : []),
  ]);
  return runFlow(graph, { catalogue: fakeCatalogue(fakeStep('fake.node', run)), ...options });
}

const failing = (options: ConstructorParameters<typeof NodeError>[2] = {}): FakeRun => {
  return () => {
    throw new NodeError('broken', 'It broke.', options);
  };
};

const forever = () => new Promise<never>(() => {});

describe('runExecution', () => {
  it('runs a flow to its end with templates over the event and earlier outputs', async () => {
    const graph = graphOf(
      {
        a: { type: 'fake.say', config: { text: 'Hi {{ trigger.from.username }}' } },
        b: { type: 'fake.say', config: { text: '{{ steps.a.output.said }}!', count: '{{ "2" }}' } },
      },
      ['start a', 'a b'],
    );
    const say = fakeStep('fake.say', ({ config }) => {
      const { text, count } = config as { text: string; count?: number };
      return fired('out', { said: text, count });
    });
    const { end, step } = await runFlow(graph, { catalogue: fakeCatalogue(say) });
    expect(end).toEqual({ status: 'succeeded' });
    expect(step('b')).toMatchObject({
      status: 'succeeded',
      input: { text: 'Hi mia!' },
      output: { said: 'Hi mia!', count: 2 },
    });
  });

  it('writes the trigger with the first step and the end with the last', async () => {
    const { journal } = await runFlow(graphOf({ a: 'fake.step', b: 'fake.step' }, ['start a', 'a b']));
    const shape = journal.writes.map((write) =>
      write.map((entry) => (entry.type === 'step' ? entry.step.nodeId : entry.type)),
    );
    expect(shape).toEqual([
      ['start', 'a'],
      ['b', 'end'],
    ]);
  });

  it('has a result on disk before anything downstream starts', async () => {
    const journal = new MemoryJournal();
    const seen: unknown[] = [];
    const look = fakeStep('fake.look', () => {
      seen.push(journal.steps.get('a')?.status);
      return fired('out', null);
    });
    const graph = graphOf({ a: 'fake.step', b: 'fake.look' }, ['start a', 'a b']);
    await runFlow(graph, { journal, catalogue: fakeCatalogue(look) });
    expect(seen).toEqual(['succeeded']);
  });

  it('starts independent nodes together, in topological order, up to the limit', async () => {
    let running = 0;
    let most = 0;
    const order: string[] = [];
    const slow = fakeStep('fake.slow', async ({ nodeId }) => {
      order.push(nodeId);
      most = Math.max(most, ++running);
      for (let turn = 0; turn < 5; turn++) await Promise.resolve();
      running--;
      return fired('out', null);
    });
    const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    const nodes = Object.fromEntries(ids.map((id) => [id, 'fake.slow']));
    const graph = graphOf(
      nodes,
      ids.map((id) => `start ${id}`),
    );
    const { end } = await runFlow(graph, {
      catalogue: fakeCatalogue(slow),
      ports: { maxConcurrentSteps: 3 },
    });
    expect([end.status, most, order]).toEqual(['succeeded', 3, ids]);
  });

  it('tells who is watching what happens, skipped nodes included', async () => {
    const graph = graphOf({ a: 'fake.step', b: 'fake.step', no: 'fake.step' }, [
      'start a',
      'a b',
      'a:left no',
    ]);
    const { events } = await runFlow(graph);
    const told = events.map((event) =>
      event.type === 'step.finished'
        ? `${event.nodeId} ${event.step.status}`
        : `${event.nodeId} ${event.type}`,
    );
    expect(told).toEqual([
      'start succeeded',
      'a step.started',
      'a succeeded',
      'no skipped',
      'b step.started',
      'b succeeded',
    ]);
  });

  it('passes the input of a disabled node on', async () => {
    const graph = graphOf(
      {
        a: 'fake.step',
        off: { type: 'gone.node', disabled: true },
        c: { config: { value: '{{ steps.off.output.id }}' } },
      },
      ['start a', 'a off', 'off c'],
    );
    const { end, step } = await runFlow(graph);
    expect([end.status, step('off')?.output, step('c')?.input]).toEqual([
      'succeeded',
      { id: 'a' },
      { value: 'a' },
    ]);
  });

  it('fails a step whose type is gone, and says so', async () => {
    const { end } = await runFlow(graphOf({ a: { type: 'gone.node' } }, ['start a']));
    expect(end).toMatchObject({ status: 'failed', error: { code: 'unknown_type', nodeId: 'a' } });
  });

  it('fails a step whose config does not fit once rendered, and names the field', async () => {
    const graph = graphOf({ a: { config: { count: '{{ trigger.comment.text }}' } } }, ['start a']);
    const { end } = await runFlow(graph);
    expect(end).toMatchObject({ status: 'failed', error: { code: 'invalid_config', field: 'config.count' } });
  });

  it('ends at a stop, with its output, and skips what has not started', async () => {
    const { end, journal, step } = await runNode(() => ({ kind: 'stop', data: { why: 'done' } }));
    expect([end, journal.output, step('after')]).toEqual([
      { status: 'succeeded' },
      { why: 'done' },
      undefined,
    ]);
  });

  it.each<[string, FakeRun, string]>([
    ['no result', () => undefined as never, 'bad_result'],
    ['a wait until no time', () => waitFor({ for: 'time', until: 'soon' }), 'bad_result'],
    ['a huge output', () => fired('out', 'x'.repeat(LARGEST_OUTPUT + 1)), 'output_too_large'],
    ['an output that leads to itself', () => fired('out', selfContaining()), 'output_not_json'],
    [
      'an exception',
      () => {
        throw new TypeError('x is not a function');
      },
      'node_crashed',
    ],
  ])('fails a node that answers with %s', async (_, run, code) => {
    const { end } = await runNode(run);
    expect(end).toMatchObject({ status: 'failed', error: { code, nodeId: 'node' } });
  });

  it('gives the next step the output as the journal will', async () => {
    const { step } = await runNode(() =>
      fired('out', { at: new Date(0), gone: undefined, text: 'a\u0000b\ud800' }),
    );
    expect(step('node')?.output).toEqual({ at: '1970-01-01T00:00:00.000Z', text: 'ab\ufffd' });
  });

  it('keeps a bounded log and adds up usage', async () => {
    const { step } = await runNode((context) => {
      for (let line = 0; line < MOST_LOG_LINES + 50; line++) context.log(`line ${line}`, { line });
      context.usage({ model: 'builtin', inputTokens: 3 });
      context.usage({ model: 'builtin', inputTokens: 4 });
      return fired('out', null);
    });
    expect(step('node')?.logs).toHaveLength(MOST_LOG_LINES);
    expect(step('node')?.usage).toEqual({ model: 'builtin', inputTokens: 7 });
  });

  it('takes a chain of 10,000 nodes and a fan-out of 10,000', async () => {
    const ids = Array.from({ length: 9_999 }, (_, index) => `n${index}`);
    const nodes = Object.fromEntries(ids.map((id) => [id, 'fake.step']));
    const chain = graphOf(
      nodes,
      ids.map((id, index) => (index === 0 ? `start ${id}` : `n${index - 1} ${id}`)),
    );
    const fanOut = graphOf(
      nodes,
      ids.map((id) => `start ${id}`),
    );
    const skipped = graphOf(
      nodes,
      ids.map((id, index) => (index === 0 ? `start:left ${id}` : `n${index - 1} ${id}`)),
    );
    for (const [graph, settled] of [
      [chain, 9_999],
      [fanOut, 9_999],
      [skipped, 0],
    ] as const) {
      const journal = new FastJournal();
      const { signal } = new AbortController();
      const plan = compilePlan(graph, fakeCatalogue());
      const ports = { journal, clock: new FakeClock(), services: noServices, signal };
      const end = await runExecution(plan, fakeInput(), { steps: [], effects: [] }, ports);
      expect([end.status, journal.steps.size]).toEqual(['succeeded', settled + 1]);
    }
  }, 30_000);
});

describe('a failed attempt', () => {
  it('is repeated with growing pauses, and each is journalled', async () => {
    const attempts: number[] = [];
    const { end, journal, step } = await runNode(({ attempt }) => {
      attempts.push(attempt);
      if (attempt < 3) throw new NodeError('busy', 'Busy.', { retryable: true });
      return fired('out', null);
    });
    const pending = journal.writes
      .flat()
      .flatMap((entry) => (entry.type === 'step' && entry.step.retryAt ? [entry.step] : []));
    expect([end.status, attempts, step('node')?.attempt]).toEqual(['succeeded', [1, 2, 3], 3]);
    expect(pending.map(({ status, attempt, retryAt }) => [status, attempt, retryAt])).toEqual([
      ['pending', 1, '2026-01-05T12:00:01.000Z'],
      ['pending', 2, '2026-01-05T12:00:03.000Z'],
    ]);
  });

  it('suspends the execution when the pause is long, and goes on then', async () => {
    const run: FakeRun = ({ attempt }) => {
      if (attempt === 1) throw new NodeError('limit', 'Limit.', { retryable: true, retryAfterMs: 60_000 });
      return fired('out', null);
    };
    const clock = new FakeClock();
    const journal = new MemoryJournal();
    const first = await runNode(run, {}, { clock, journal });
    expect(first.end).toEqual({ status: 'waiting', resumeAt: '2026-01-05T12:01:00.000Z', keepsTurn: true });
    const early = await runNode(run, {}, { clock, journal });
    expect(early.end).toEqual(first.end);
    clock.advance(60_000);
    const late = await runNode(run, {}, { clock, journal });
    expect([late.end.status, late.step('node')?.attempt]).toEqual(['succeeded', 2]);
  });

  it.each([
    ['not retryable', failing(), 1],
    ['retryable', failing({ retryable: true }), 3],
  ])('that is %s fails the execution after attempt %#', async (_, run, attempt) => {
    const { end, step } = await runNode(run);
    expect(end).toEqual({
      status: 'failed',
      error: { code: 'broken', message: 'It broke.', nodeId: 'node' },
    });
    expect([step('node')?.status, step('node')?.attempt, step('after')]).toEqual([
      'failed',
      attempt,
      undefined,
    ]);
  });

  it('goes through the error port', async () => {
    const { end, step } = await runNode(failing(), { policy: { onError: 'errorPort' } });
    expect([end.status, step('after'), step('rescue')?.status]).toEqual([
      'succeeded',
      undefined,
      'succeeded',
    ]);
    expect(step('node')).toMatchObject({
      status: 'failed',
      ports: ['error'],
      output: { error: { code: 'broken' } },
    });
  });

  it('goes on without an output', async () => {
    const { end, step } = await runNode(failing(), { policy: { onError: 'continue' } });
    expect([end.status, step('node')?.output, step('after')?.status]).toEqual([
      'succeeded',
      null,
      'succeeded',
    ]);
  });

  it('lets running siblings finish, and starts nothing new', async () => {
    const started: string[] = [];
    const turns: Record<string, number> = { bad: 0, slow: 20, slower: 200 };
    const slow = fakeStep('fake.slow', async (context) => {
      started.push(context.nodeId);
      for (let turn = 0; turn < (turns[context.nodeId] ?? 0); turn++) await Promise.resolve();
      return context.nodeId === 'bad' ? failing()(context) : fired('out', null);
    });
    const nodes = { bad: 'fake.slow', slow: 'fake.slow', slower: 'fake.slow', after: 'fake.slow' };
    const graph = graphOf(nodes, ['start bad', 'start slow', 'start slower', 'slow after']);
    const { end, step } = await runFlow(graph, { catalogue: fakeCatalogue(slow) });
    expect([end.status, step('slow')?.status, step('slower')?.status]).toEqual([
      'failed',
      'succeeded',
      'succeeded',
    ]);
    expect(started).toEqual(['bad', 'slow', 'slower']);
  });

  it('is retried from where it failed, without running again what went well', async () => {
    const runs: string[] = [];
    let isBroken = true;
    const count = fakeStep('fake.count', ({ nodeId }) => {
      runs.push(nodeId);
      if (nodeId === 'b' && isBroken) throw new NodeError('broken', 'It broke.');
      return fired('out', null);
    });
    const graph = graphOf({ a: 'fake.count', b: 'fake.count', c: 'fake.count' }, ['start a', 'a b', 'b c']);
    const catalogue = fakeCatalogue(count);
    const { journal } = await runFlow(graph, { catalogue });
    isBroken = false;
    await journal.write(prepareRetry(journal.snapshot()));
    const { end, step } = await runFlow(graph, { catalogue, journal });
    expect([end.status, runs, step('b')?.attempt]).toEqual(['succeeded', ['a', 'b', 'b', 'c'], 1]);
  });
});

describe('a throttled step', () => {
  /** Says "not now" as often as told, each time with a minute to wait. */
  const throttledTimes = (times: number, seen: number[] = [], retryAfterMs = 60_000): FakeRun => {
    return ({ attempt }) => {
      seen.push(attempt);
      if (seen.length <= times) throw new NodeError('limit', 'Used up.', { throttled: true, retryAfterMs });
      return fired('out', null);
    };
  };

  it('waits without using up an attempt, and without a worker', async () => {
    const seen: number[] = [];
    const run = throttledTimes(5, seen);
    const clock = new FakeClock();
    const journal = new MemoryJournal();
    for (let time = 1; time <= 5; time++) {
      const { end, step } = await runNode(run, { policy: { attempts: 1 } }, { clock, journal });
      expect([end.status, step('node')?.status, step('node')?.attempt]).toEqual(['waiting', 'pending', 0]);
      clock.advance(60_000);
    }
    const { end, step } = await runNode(run, { policy: { attempts: 1 } }, { clock, journal });
    expect([end.status, step('node')?.attempt, seen]).toEqual(['succeeded', 1, [1, 1, 1, 1, 1, 1]]);
  });

  it('keeps the attempts that real failures have used', async () => {
    const attempts: number[] = [];
    const { end } = await runNode(({ attempt }) => {
      attempts.push(attempt);
      if (attempts.length % 2 === 0) {
        throw new NodeError('limit', 'Used up.', { throttled: true, retryAfterMs: 500 });
      }
      throw new NodeError('busy', 'Busy.', { retryable: true });
    });
    expect([end.status, attempts]).toEqual(['failed', [1, 2, 2, 3, 3]]);
  });

  it('says in its log what it waits for and until when', async () => {
    const { step } = await runNode(throttledTimes(1));
    expect(step('node')?.logs?.map(({ message }) => message)).toEqual([
      'Waits for its turn until 2026-01-05 12:01:00 UTC; this uses up no attempt. Used up.',
    ]);
  });

  it('comes back exactly when its turn is, and pauses by itself where nobody said when', async () => {
    const exact = await runNode(throttledTimes(1, [], 61_234), {}, { ports: { random: () => 0.3 } });
    expect(exact.end).toEqual({ status: 'waiting', resumeAt: '2026-01-05T12:01:01.234Z', keepsTurn: true });
    const journal = new MemoryJournal();
    await runNode(throttledTimes(1, [], 0), {}, { journal });
    const waits = journal.writes
      .flat()
      .flatMap((entry) => (entry.type === 'step' && entry.step.retryAt ? [entry.step.retryAt] : []));
    expect(waits).toEqual(['2026-01-05T12:00:01.000Z']);
  });

  it('gives up once it would have waited too long, counted from the first time', async () => {
    const run = throttledTimes(Number.POSITIVE_INFINITY, [], LONGEST_THROTTLE_MS / 2);
    const clock = new FakeClock();
    const journal = new MemoryJournal();
    const node = { policy: { onError: 'errorPort' } } as const;
    for (let time = 1; time <= 2; time++) {
      const { end } = await runNode(run, node, { clock, journal });
      expect(end.status).toBe('waiting');
      clock.advance(LONGEST_THROTTLE_MS / 2);
    }
    const { end, step } = await runNode(run, node, { clock, journal });
    expect([end.status, step('rescue')?.status]).toEqual(['succeeded', 'succeeded']);
    expect(step('node')).toMatchObject({
      status: 'failed',
      error: { code: 'limit', message: expect.stringContaining('more than 6 hours') },
    });
  });

  it('leaves its effect free to be performed when its turn has come', async () => {
    let calls = 0;
    const { end, journal } = await runNode(async (context) => {
      const perform = async () => {
        calls++;
        if (calls === 1) {
          throw new NodeError('limit', 'Used up.', { throttled: true, retryAfterMs: 1_000 });
        }
        return 'sent';
      };
      return fired('out', await context.effect('send', perform, { describe: 'Send', dryRunResult: 'dry' }));
    });
    expect([end.status, calls]).toEqual(['succeeded', 2]);
    expect(journal.effects.get('node send')).toMatchObject({ status: 'done', result: 'sent' });
  });
});

describe('a time limit', () => {
  it('aborts the node and tries again', async () => {
    let aborted = 0;
    const { end } = await runNode(async ({ attempt, signal }) => {
      if (attempt > 1) return fired('out', null);
      signal.addEventListener('abort', () => aborted++);
      return forever();
    });
    expect([end.status, aborted]).toEqual(['succeeded', 1]);
  });

  it('abandons a node that does not listen, which then can begin nothing', async () => {
    let late: Promise<unknown> = Promise.resolve();
    let open = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const performed: string[] = [];
    const { end } = await runNode(
      (context) => {
        const act = async () => {
          await gate;
          await context.effect('x', async () => performed.push('x'), { describe: 'x', dryRunResult: 0 });
          return fired('out', null);
        };
        const acting = act();
        late = acting.catch((error) => error);
        return acting;
      },
      { policy: { attempts: 1, timeoutMs: 1_000 } },
    );
    open();
    expect(await late).toMatchObject({ code: 'step_closed' });
    expect([end, performed]).toEqual([
      expect.objectContaining({ status: 'failed', error: expect.objectContaining({ code: 'timeout' }) }),
      [],
    ]);
  });

  it('does not try again while an effect is on its way', async () => {
    let calls = 0;
    const { end, journal } = await runNode((context) => {
      calls++;
      const reconcile = async () => ({ done: false }) as const;
      return context.effect('send', forever, {
        describe: 'send',
        dryRunResult: fired('out', null),
        reconcile,
      });
    });
    expect([end.status, calls, journal.effects.get('node send')?.status]).toEqual(['failed', 1, 'intended']);
  });

  it('leaves no timer behind', async () => {
    const { clock } = await runNode(() => fired('out', null));
    expect(clock.sleeperCount).toBe(0);
  });
});

describe('waiting', () => {
  const approve: FakeRun = ({ resume, now }) => {
    if (resume?.kind === 'approval')
      return fired(resume.decision === 'approved' ? 'left' : 'right', { resume });
    return waitFor({
      for: 'approval',
      draft: 'Hi',
      until: new Date(now().getTime() + 3_600_000).toISOString(),
    });
  };
  const graph = graphOf({ ask: 'fake.ask', yes: 'fake.step', no: 'fake.step', beside: 'fake.step' }, [
    'start ask',
    'start beside',
    'ask:left yes',
    'ask:right no',
  ]);
  const catalogue = fakeCatalogue(fakeStep('fake.ask', approve));

  it('suspends while other branches go on, and holds nothing in memory', async () => {
    const { end, step, clock } = await runFlow(graph, { catalogue });
    expect(end).toEqual({ status: 'waiting', resumeAt: '2026-01-05T13:00:00.000Z' });
    expect(step('ask')).toMatchObject({ status: 'waiting', wait: { for: 'approval', draft: 'Hi' } });
    expect([step('beside')?.status, clock.sleeperCount]).toEqual(['succeeded', 0]);
  });

  it('goes on as a person decided', async () => {
    const { journal } = await runFlow(graph, { catalogue });
    const ask = journal.steps.get('ask')!;
    journal.apply({
      type: 'step',
      step: { ...ask, resume: { kind: 'approval', decision: 'approved', text: 'Hello' } },
    });
    const { end, step } = await runFlow(graph, { catalogue, journal });
    expect([end.status, step('yes')?.status, step('no')]).toEqual(['succeeded', 'succeeded', undefined]);
    expect(step('ask')?.output).toMatchObject({ resume: { text: 'Hello' } });
  });

  it('goes on when its time has come', async () => {
    const { journal, clock } = await runFlow(graph, { catalogue });
    clock.advance(3_600_000);
    const { end, step } = await runFlow(graph, { catalogue, journal, clock });
    expect([end.status, step('no')?.status]).toEqual(['succeeded', 'succeeded']);
    expect(step('ask')?.output).toMatchObject({ resume: { decision: 'expired' } });
  });

  it('keeps what woke it through a retry', async () => {
    const seen: unknown[] = [];
    const flaky: FakeRun = (context: NodeContext<unknown>) => {
      if (!context.resume) return waitFor({ for: 'message' });
      seen.push([context.attempt, context.resume.kind]);
      if (context.attempt === 1) throw new NodeError('busy', 'Busy.', { retryable: true });
      return fired('out', null);
    };
    const { journal, end } = await runNode(flaky);
    expect(end).toEqual({ status: 'waiting' });
    const node = journal.steps.get('node')!;
    journal.apply({ type: 'step', step: { ...node, resume: { kind: 'message', event: fakeInput().event } } });
    const resumed = await runNode(flaky, {}, { journal });
    expect([resumed.end.status, seen]).toEqual([
      'succeeded',
      [
        [1, 'message'],
        [2, 'message'],
      ],
    ]);
  });
});

describe('letting go', () => {
  it('ends as cancelled, aborting what runs', async () => {
    const cancel = new AbortController();
    const { end, step, journal } = await runNode(
      ({ signal }) => {
        queueMicrotask(() => cancel.abort());
        return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      },
      {},
      { ports: { signal: cancel.signal } },
    );
    expect([end, journal.end]).toEqual([{ status: 'cancelled' }, { status: 'cancelled' }]);
    expect(step('node')).toMatchObject({ status: 'failed', error: { code: 'cancelled' } });
  });

  it('keeps results and writes no end when the process goes down', async () => {
    const shutdown = new AbortController();
    const journal = new MemoryJournal();
    const graph = graphOf({ quick: 'fake.step', stuck: 'fake.stuck' }, ['start quick', 'start stuck']);
    const stuck = fakeStep('fake.stuck', () => {
      queueMicrotask(() => shutdown.abort(new RunInterrupted()));
      return forever();
    });
    const running = runFlow(graph, {
      journal,
      catalogue: fakeCatalogue(stuck),
      ports: { signal: shutdown.signal },
    });
    await expect(running).rejects.toThrow(RunInterrupted);
    expect([journal.end, journal.steps.get('quick')?.status, journal.steps.get('stuck')]).toEqual([
      undefined,
      'succeeded',
      undefined,
    ]);
  });
});

describe('an effect', () => {
  const send = (perform: () => Promise<string>, options: object = {}): FakeRun => {
    return async (context) =>
      fired(
        'out',
        await context.effect('send', perform, { describe: 'Send "Hi"', dryRunResult: 'dry', ...options }),
      );
  };

  it('is intended on disk before it is performed', async () => {
    const journal = new MemoryJournal();
    const seen: unknown[] = [];
    await runNode(
      send(async () => {
        seen.push(journal.effects.get('node send')?.status);
        return 'id';
      }),
      {},
      { journal },
    );
    expect([seen, journal.effects.get('node send')]).toEqual([
      ['intended'],
      expect.objectContaining({ status: 'done', result: 'id' }),
    ]);
  });

  it('costs one write of its own', async () => {
    const { journal } = await runNode(send(async () => 'id'));
    expect(
      journal.writes.map((write) =>
        write.map((entry) => (entry.type === 'step' ? entry.step.nodeId : entry.type)),
      ),
    ).toEqual([
      ['start', 'effect'],
      ['effect', 'node'],
      ['after', 'end'],
    ]);
  });

  it('is only shown in a dry run', async () => {
    const { step, journal } = await runNode(
      send(async () => {
        throw new Error('It was performed.');
      }),
      {},
      { input: { dryRun: true } },
    );
    expect(step('node')).toMatchObject({
      output: 'dry',
      logs: [{ message: 'Dry run, not done: Send "Hi"' }],
    });
    expect(journal.effects.get('node send')).toMatchObject({
      status: 'done',
      describe: 'Dry run: Send "Hi"',
    });
  });

  it('is performed once when the same key is asked for twice', async () => {
    let performed = 0;
    const { step } = await runNode(async (context) => {
      const ask = () => context.effect('send', async () => ++performed, { describe: 'x', dryRunResult: 0 });
      const both = await Promise.all([ask(), ask()]);
      return fired('out', [...both, await ask()]);
    });
    expect([step('node')?.output, performed]).toEqual([[1, 1, 1], 1]);
  });

  it('that was refused may be performed again', async () => {
    let calls = 0;
    const { end } = await runNode(
      send(async () => {
        if (++calls === 1)
          throw new NodeError('limit', 'Limit.', { retryable: true, outcome: 'not_performed' });
        return 'id';
      }),
    );
    expect([end.status, calls]).toEqual(['succeeded', 2]);
  });

  it.each([
    ['repeated when repeating is harmless', { idempotent: true }, 'succeeded', 2],
    ['repeated when it surely did not happen', { reconcile: async () => ({ done: false }) }, 'succeeded', 2],
    ['not repeated when it did', { reconcile: async () => ({ done: true, result: 'id' }) }, 'succeeded', 1],
    ['not repeated when nobody can tell', { reconcile: async () => null }, 'failed', 1],
    ['not repeated when nobody can be asked', {}, 'failed', 1],
  ])('whose answer was lost is %s', async (_, options, status, performed) => {
    let calls = 0;
    const { end, journal } = await runNode(
      send(async () => {
        if (++calls === 1) throw new NodeError('network', 'Lost.', { retryable: true });
        return 'id';
      }, options),
    );
    expect([end.status, calls]).toEqual([status, performed]);
    expect(journal.effects.get('node send')?.status).toBe(status === 'failed' ? 'uncertain' : 'done');
  });

  it('is asked for with the time of its intention', async () => {
    const asked: unknown[] = [];
    const reconcile = async (_: AbortSignal, intendedAt?: string) => {
      asked.push(intendedAt);
      return { done: true, result: 'id' } as const;
    };
    const perform = async () => {
      throw new NodeError('network', 'Lost.', { retryable: true });
    };
    await runNode(send(perform, { reconcile }));
    expect(asked).toEqual(['2026-01-05T12:00:00.000Z']);
  });

  it('stays uncertain until a person has settled it', async () => {
    let calls = 0;
    const run = send(async () => {
      calls++;
      throw new TypeError('socket closed');
    });
    const { journal, end } = await runNode(run);
    expect(end).toMatchObject({ status: 'failed', error: { code: new EffectUncertainError('').code } });
    await journal.write(prepareRetry(journal.snapshot()));
    expect((await runNode(run, {}, { journal })).end.status).toBe('failed');
    const uncertain = journal.effects.get('node send')!;
    await journal.write([
      ...prepareRetry(journal.snapshot()),
      settleEffect(uncertain, { happened: true, result: 'seen' }),
    ]);
    const { end: last, step } = await runNode(run, {}, { journal });
    expect([last.status, step('node')?.output, calls]).toEqual(['succeeded', 'seen', 1]);
  });

  it('stops the run when its intention can not be written', async () => {
    let performed = 0;
    const journal = new MemoryJournal({ atWrite: 1, isWritten: false });
    const running = runNode(
      send(async () => {
        performed++;
        return 'id';
      }),
      {},
      { journal },
    );
    await expect(running).rejects.toThrow('crashed');
    expect(performed).toBe(0);
  });
});

function selfContaining(): unknown {
  const value: Record<string, unknown> = {};
  value.self = value;
  return value;
}
