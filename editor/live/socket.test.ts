import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { ClientMessage, LiveEvent } from '../../server/contract/live.ts';
import { LiveSocket } from './socket.ts';

const EXECUTION = 'execution:0198c0de-0000-7000-8000-000000000001';

/** The server's end of a connection, driven by the test. */
class FakeSocket extends EventTarget {
  static readonly OPEN = 1;
  static all: FakeSocket[] = [];
  readyState = 0;
  sent: ClientMessage[] = [];

  constructor() {
    super();
    FakeSocket.all.push(this);
  }
  open() {
    this.readyState = 1;
    this.dispatchEvent(new Event('open'));
  }
  tell(message: object) {
    this.dispatchEvent(new MessageEvent('message', { data: JSON.stringify(message) }));
  }
  send(text: string) {
    this.sent.push(JSON.parse(text) as ClientMessage);
  }
  close(code = 1006) {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.dispatchEvent(new CloseEvent('close', { code }));
  }
}

const event = (topic: string, seq: number): LiveEvent => ({
  type: 'step.started',
  seq,
  at: '2026-01-01T00:00:00.000Z',
  topic,
  data: {},
});

const newest = (): FakeSocket => {
  const socket = FakeSocket.all.at(-1);
  if (!socket) throw new Error('No connection was opened.');
  return socket;
};

describe('the live connection', () => {
  beforeEach(() => {
    FakeSocket.all = [];
    vi.stubGlobal('WebSocket', FakeSocket);
    vi.useFakeTimers();
  });

  it('subscribes once it is open and delivers events of the topic', () => {
    const live = new LiveSocket('ws://test/ws');
    const onEvent = vi.fn();
    live.subscribe(EXECUTION, { onEvent, since: 0 });
    newest().open();
    expect(newest().sent).toEqual([{ type: 'subscribe', topic: EXECUTION, since: 0 }]);
    newest().tell(event(EXECUTION, 1));
    newest().tell(event('workspace', 0));
    expect(onEvent).toHaveBeenCalledOnce();
  });

  it('comes back after a loss and takes up an execution where it stopped', () => {
    const live = new LiveSocket('ws://test/ws');
    live.subscribe(EXECUTION, { onEvent: vi.fn() });
    newest().open();
    newest().tell(event(EXECUTION, 7));
    newest().close();
    expect(live.state).toBe('offline');
    vi.runOnlyPendingTimers();
    expect(FakeSocket.all).toHaveLength(2);
    newest().open();
    expect(newest().sent).toEqual([{ type: 'subscribe', topic: EXECUTION, since: 7 }]);
    expect(live.state).toBe('online');
  });

  it('has topics without a journal loaded anew once the server tells of everything that comes', () => {
    const live = new LiveSocket('ws://test/ws');
    const onResync = vi.fn();
    live.subscribe('workspace', { onEvent: vi.fn(), onResync });
    newest().open();
    expect(onResync).not.toHaveBeenCalled();
    newest().tell({ type: 'subscribed', topic: 'workspace' });
    expect(onResync).toHaveBeenCalledTimes(1);
    newest().close();
    vi.runOnlyPendingTimers();
    newest().open();
    expect(onResync).toHaveBeenCalledTimes(1);
    newest().tell({ type: 'subscribed', topic: 'workspace' });
    expect(onResync).toHaveBeenCalledTimes(2);
  });

  it('loads no execution anew that is taken up where it stopped', () => {
    const live = new LiveSocket('ws://test/ws');
    const onResync = vi.fn();
    live.subscribe(EXECUTION, { onEvent: vi.fn(), onResync, since: 3 });
    newest().open();
    expect(newest().sent).toEqual([{ type: 'subscribe', topic: EXECUTION, since: 3 }]);
    newest().tell({ type: 'subscribed', topic: EXECUTION });
    expect(onResync).not.toHaveBeenCalled();
  });

  it('loads anew what the server says is incomplete', () => {
    const live = new LiveSocket('ws://test/ws');
    const onResync = vi.fn();
    live.subscribe('workspace', { onEvent: vi.fn(), onResync });
    newest().open();
    newest().tell({ type: 'subscribed', topic: 'workspace' });
    newest().tell({ type: 'resync', topic: 'workspace' });
    expect(onResync).toHaveBeenCalledTimes(2);
  });

  it('comes back after longer and longer pauses, of random length', () => {
    const live = new LiveSocket('ws://test/ws');
    live.subscribe('workspace', { onEvent: vi.fn() });
    const random = vi.spyOn(Math, 'random');
    const pauseAfter = (luck: number, code?: number): number => {
      random.mockReturnValue(luck);
      newest().close(code);
      const before = FakeSocket.all.length;
      const begin = Date.now();
      while (FakeSocket.all.length === before) vi.advanceTimersByTime(10);
      return Date.now() - begin;
    };
    expect([0, 0, 0].map((luck) => pauseAfter(luck))).toEqual([250, 500, 1_000]);
    newest().open();
    newest().tell({ type: 'subscribed', topic: 'workspace' });
    expect([1, 1].map((luck) => pauseAfter(luck))).toEqual([750, 1_500]);
    for (let count = 0; count < 10; count += 1) pauseAfter(0.5);
    expect(pauseAfter(0.5)).toBe(15_000);
    random.mockRestore();
  });

  it('does not press a server that has too many connections', () => {
    const live = new LiveSocket('ws://test/ws');
    live.subscribe('workspace', { onEvent: vi.fn() });
    newest().open();
    newest().close(1013);
    vi.advanceTimersByTime(3_000);
    expect(FakeSocket.all).toHaveLength(1);
    expect(live.state).toBe('offline');
    vi.advanceTimersByTime(20_000);
    expect(FakeSocket.all).toHaveLength(2);
  });

  it('shows that it is lost when the server stops answering', () => {
    const live = new LiveSocket('ws://test/ws');
    live.subscribe('workspace', { onEvent: vi.fn() });
    newest().open();
    newest().tell({ type: 'subscribed', topic: 'workspace' });
    vi.advanceTimersByTime(25_000);
    newest().tell({ type: 'pong' });
    vi.advanceTimersByTime(25_000);
    expect(live.state).toBe('online');
    vi.advanceTimersByTime(25_000);
    expect(live.state).toBe('offline');
    expect(FakeSocket.all).toHaveLength(2);
  });

  it('unsubscribes when the last listener goes', () => {
    const live = new LiveSocket('ws://test/ws');
    const first = live.subscribe('workspace', { onEvent: vi.fn() });
    const second = live.subscribe('workspace', { onEvent: vi.fn() });
    newest().open();
    first();
    expect(newest().sent.filter(({ type }) => type === 'unsubscribe')).toEqual([]);
    second();
    expect(newest().sent.at(-1)).toEqual({ type: 'unsubscribe', topic: 'workspace' });
  });
});
