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
  close() {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.dispatchEvent(new Event('close'));
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

  it('has topics without a journal loaded anew after a loss', () => {
    const live = new LiveSocket('ws://test/ws');
    const onResync = vi.fn();
    live.subscribe('workspace', { onEvent: vi.fn(), onResync });
    newest().open();
    expect(onResync).not.toHaveBeenCalled();
    newest().close();
    vi.runOnlyPendingTimers();
    newest().open();
    expect(onResync).toHaveBeenCalledOnce();
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
