import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LiveEvent } from '../contract/live.ts';
import { joinExchange } from './exchange.ts';
import { createLive } from './live.ts';
import { createLossyHub } from './testing/lossy-bus.ts';

const BEAT_MS = 2_000;
/** Long enough for every silence to be noticed and every process to be heard again. */
const REST_MS = 40_000;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const event = (number: number): Omit<LiveEvent, 'topic'> => ({
  type: 'execution.queued',
  seq: number,
  at: '2026-01-01T00:00:00.000Z',
  data: null,
});

function startNetwork() {
  const hub = createLossyHub();
  /** Orders everything that happens in the test. */
  let moment = 0;
  const tick = () => {
    moment += 1;
    return moment;
  };
  const published: { workspaceId: string; number: number; at: number }[] = [];

  function startProcess(listensAlways = true) {
    const live = createLive();
    const bus = hub.join();
    const exchange = joinExchange({ bus, live, listensAlways, report: () => {} });
    return {
      bus,
      live,
      close: exchange.close,
      publish: (workspaceId: string) => {
        const number = published.length + 1;
        published.push({ workspaceId, number, at: tick() });
        live.publish(workspaceId, [event(number)]);
      },
      /** As a client does it: what comes after the answer is promised. */
      watch: (workspaceId: string) => {
        const received: number[] = [];
        let lastGap = 0;
        let promisedFrom = Number.POSITIVE_INFINITY;
        let stop = () => {};
        let isLeft = false;
        void live.reach(workspaceId).then(() => {
          if (isLeft) return;
          promisedFrom = tick();
          stop = live.subscribe(workspaceId, 'workspace', {
            onEvent: ({ seq }) => received.push(seq),
            onGap: () => {
              lastGap = tick();
            },
          });
        });
        return {
          received,
          leave: () => {
            isLeft = true;
            stop();
          },
          isWatching: () => promisedFrom < Number.POSITIVE_INFINITY,
          lastGap: () => lastGap,
          /** Neither told nor said to be missing. */
          lost: () =>
            published.filter(
              ({ workspaceId: of, number, at }) =>
                of === workspaceId && at > promisedFrom && !received.includes(number) && lastGap < at,
            ),
        };
      },
    };
  }
  return { startProcess };
}

const passes = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe('events between processes', () => {
  it('reach who watches elsewhere, in order, and nobody else', async () => {
    const { startProcess } = startNetwork();
    const [server, worker] = [startProcess(), startProcess(false)];
    await passes(BEAT_MS);
    const mine = server.watch('mine');
    const other = server.watch('other');
    await passes(100);
    for (let count = 0; count < 50; count += 1) worker.publish('mine');
    await passes(100);
    expect(mine.received).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
    expect(other.received).toEqual([]);
    expect(mine.lastGap()).toBe(0);
  });

  it('are complete from the answer on, without loading anew, when a workspace was busy before', async () => {
    const { startProcess } = startNetwork();
    const [server, worker] = [startProcess(), startProcess(false)];
    await passes(BEAT_MS + 100);
    for (let count = 0; count < 5; count += 1) worker.publish('mine');
    const client = server.watch('mine');
    while (!client.isWatching()) {
      worker.publish('mine');
      await passes(1);
    }
    worker.publish('mine');
    await passes(100);
    expect(client.received.length).toBeGreaterThan(0);
    expect(client.lost()).toEqual([]);
    expect(client.lastGap()).toBe(0);
  });

  it('that were lost are said to be missing, even when no other event follows', async () => {
    const { startProcess } = startNetwork();
    const [server, worker] = [startProcess(), startProcess(false)];
    await passes(BEAT_MS);
    const client = server.watch('mine');
    await passes(100);
    server.bus.loseNext(1);
    worker.publish('mine');
    await passes(BEAT_MS + 100);
    expect(client.received).toEqual([]);
    expect(client.lastGap()).toBeGreaterThan(0);
    worker.publish('mine');
    await passes(100);
    expect(client.received).toEqual([2]);
  });

  it('that were lost are said to be missing as soon as the next one comes in', async () => {
    const { startProcess } = startNetwork();
    const [server, worker] = [startProcess(), startProcess(false)];
    await passes(BEAT_MS + 100);
    const client = server.watch('mine');
    await passes(100);
    server.bus.loseNext(1);
    worker.publish('mine');
    await passes(50);
    worker.publish('mine');
    await passes(50);
    expect(client.received).toEqual([2]);
    expect(client.lastGap()).toBeGreaterThan(0);
  });

  it('that arrive twice are told once', async () => {
    const { startProcess } = startNetwork();
    const [server, worker] = [startProcess(), startProcess(false)];
    await passes(BEAT_MS + 100);
    const client = server.watch('mine');
    await passes(100);
    worker.bus.repeatNext();
    worker.publish('mine');
    await passes(50);
    expect(client.received).toEqual([1]);
  });

  it('of a process that died are said to be missing', async () => {
    const { startProcess } = startNetwork();
    const [server, worker] = [startProcess(), startProcess(false)];
    await passes(BEAT_MS);
    const client = server.watch('mine');
    await passes(100);
    worker.bus.cut();
    await passes(REST_MS);
    expect(client.lastGap()).toBeGreaterThan(0);
  });

  it('a process that says goodbye leaves no gap', async () => {
    const { startProcess } = startNetwork();
    const [server, worker] = [startProcess(), startProcess(false)];
    await passes(BEAT_MS);
    const client = server.watch('mine');
    await passes(100);
    worker.publish('mine');
    const closing = worker.close();
    await passes(REST_MS);
    await closing;
    expect(client.received).toEqual([1]);
    expect(client.lastGap()).toBe(0);
  });

  it('wait in bounded memory while the bus is gone, and who wants them is told', async () => {
    const { startProcess } = startNetwork();
    const [server, worker] = [startProcess(), startProcess(false)];
    await passes(BEAT_MS);
    const client = server.watch('mine');
    await passes(100);
    worker.bus.cut();
    for (let count = 0; count < 300; count += 1) {
      worker.live.publish('mine', [{ ...event(1), data: 'x'.repeat(100_000) }]);
    }
    worker.bus.heal();
    await passes(BEAT_MS);
    expect(client.received.length).toBeGreaterThan(0);
    expect(client.received.length * 100_000).toBeLessThan(5_000_000);
    expect(client.lastGap()).toBeGreaterThan(0);
  });

  it('a process that hears nothing, not even itself, connects anew', async () => {
    const { startProcess } = startNetwork();
    const server = startProcess();
    await passes(BEAT_MS);
    server.bus.loseNext(Number.POSITIVE_INFINITY);
    await passes(REST_MS);
    expect(server.bus.renewals()).toBeGreaterThan(0);
  });

  it('whatever is lost, cut or refused: an event that did not come in was said to be missing', async () => {
    const processes = fc.nat({ max: 2 });
    const workspaces = fc.constantFrom('a', 'b');
    const happening = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({ do: fc.constant('publish' as const), at: processes, in: workspaces }),
      },
      { weight: 4, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.nat({ max: 100 }) }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.nat({ max: 4_000 }) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.nat({ max: 40_000 }) }) },
      {
        weight: 2,
        arbitrary: fc.record({ do: fc.constant('watch' as const), at: processes, in: workspaces }),
      },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('leave' as const), which: fc.nat({ max: 9 }) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('cut' as const), at: processes }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('heal' as const), at: processes }) },
      {
        weight: 1,
        arbitrary: fc.record({
          do: fc.constant('lose' as const),
          at: processes,
          count: fc.integer({ min: 1, max: 5 }),
        }),
      },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('fail' as const), at: processes }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('repeat' as const), at: processes }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(happening, { maxLength: 60 }), async (happenings) => {
        const { startProcess } = startNetwork();
        const all = [startProcess(), startProcess(), startProcess(false)];
        const of = (index: number) => all[index]!;
        let clients: ReturnType<ReturnType<typeof startProcess>['watch']>[] = [];
        for (const what of happenings) {
          if (what.do === 'publish') of(what.at).publish(what.in);
          else if (what.do === 'pass') await passes(what.ms);
          else if (what.do === 'watch') clients.push(of(what.at).watch(what.in));
          else if (what.do === 'cut') of(what.at).bus.cut();
          else if (what.do === 'heal') of(what.at).bus.heal();
          else if (what.do === 'lose') of(what.at).bus.loseNext(what.count);
          else if (what.do === 'fail') of(what.at).bus.failAfterNext();
          else if (what.do === 'repeat') of(what.at).bus.repeatNext();
          else {
            clients[what.which]?.leave();
            clients = clients.filter((_, index) => index !== what.which);
          }
        }
        for (const { bus } of all) {
          bus.heal();
          bus.loseNext(0);
        }
        await passes(REST_MS);
        for (const client of clients) {
          expect(client.lost()).toEqual([]);
          expect(client.received).toEqual([...new Set(client.received)]);
        }
        await Promise.all(all.map(async ({ close, bus }) => [await close(), await bus.close()]));
        vi.clearAllTimers();
      }),
      { numRuns: 200 },
    );
  }, 60_000);
});
