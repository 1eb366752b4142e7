import type { ClientMessage, LiveEvent, ServerMessage } from '../../server/contract/live.ts';

export type ConnectionState = 'connecting' | 'online' | 'offline';

/** Who listens to a topic. `onResync`: events may have been missed; load anew over HTTP. */
export type LiveListener = {
  onEvent(event: LiveEvent): void;
  onResync?(): void;
  /** Of an execution: events after this one are sent first. */
  since?: number;
};

type Topic = {
  listeners: Set<LiveListener>;
  /** Of an execution: the last event known; later ones are sent from the journal. */
  lastSeq: number | undefined;
  /** What was loaded over HTTP may be older than the subscription: it is loaded anew once that is in effect. */
  isBehind: boolean;
};

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;
/** The server has too many connections (RFC 6455 registry: "Try Again Later"): the next tries are rarer. */
const TRY_AGAIN_LATER = 1013;
const PATIENT_AFTER_FAILURES = 4;
/** Proxies close connections that are quiet for a minute. */
const PING_MS = 25_000;

/**
 * The one WebSocket of a page. It connects with its first listener, comes back after a loss with growing pauses (of
 * random length, for a server that stops sends all its pages away at once), and takes up an execution where it stopped;
 * for other topics it tells listeners to load anew.
 */
export class LiveSocket {
  readonly #url: string;
  readonly #topics = new Map<string, Topic>();
  readonly #stateListeners = new Set<() => void>();
  #socket: WebSocket | undefined;
  #state: ConnectionState = 'connecting';
  #failures = 0;
  #heardSincePing = true;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #pingTimer: ReturnType<typeof setInterval> | undefined;

  constructor(url: string) {
    this.#url = url;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** @returns stops listening */
  onState(listener: () => void): () => void {
    this.#stateListeners.add(listener);
    return () => this.#stateListeners.delete(listener);
  }

  /** @returns unsubscribes */
  subscribe(name: string, listener: LiveListener): () => void {
    const topic = this.#topics.get(name) ?? { listeners: new Set(), lastSeq: undefined, isBehind: true };
    this.#topics.set(name, topic);
    topic.listeners.add(listener);
    if (this.#isOpen) this.#sendSubscribe(name, listener.since ?? topic.lastSeq);
    else if (listener.since !== undefined)
      topic.lastSeq = Math.min(topic.lastSeq ?? listener.since, listener.since);
    this.#connect();
    return () => this.#unsubscribe(name, topic, listener);
  }

  /** Ends the connection and tries again at once: after sign-in, or when the network is back. */
  reconnect(): void {
    this.#failures = 0;
    clearTimeout(this.#retryTimer);
    this.#retryTimer = undefined;
    this.#drop();
    for (const topic of this.#topics.values()) topic.isBehind = true;
    if (this.#topics.size > 0) this.#connect();
  }

  #unsubscribe(name: string, topic: Topic, listener: LiveListener): void {
    topic.listeners.delete(listener);
    if (topic.listeners.size > 0 || this.#topics.get(name) !== topic) return;
    this.#topics.delete(name);
    this.#send({ type: 'unsubscribe', topic: name });
  }

  #connect(): void {
    if (this.#socket || this.#retryTimer !== undefined) return;
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    socket.addEventListener('open', () => this.#opened());
    socket.addEventListener('message', ({ data }) => this.#received(String(data)));
    socket.addEventListener('close', ({ code }) => {
      if (this.#socket === socket) this.#closed(code);
    });
  }

  #opened(): void {
    this.#heardSincePing = true;
    this.#setState('online');
    for (const [name, topic] of this.#topics) this.#sendSubscribe(name, topic.lastSeq);
    this.#pingTimer = setInterval(() => this.#ping(), PING_MS);
  }

  /** A connection that answered nothing since the last ping is dead, whatever the browser thinks. */
  #ping(): void {
    if (!this.#heardSincePing) {
      this.#setState('offline');
      this.reconnect();
      return;
    }
    this.#heardSincePing = false;
    this.#send({ type: 'ping' });
  }

  #received(text: string): void {
    this.#heardSincePing = true;
    // Being let in alone says nothing: a full server closes right after.
    this.#failures = 0;
    const message = JSON.parse(text) as ServerMessage;
    switch (message.type) {
      case 'pong':
        return;
      case 'subscribed':
        this.#subscribed(this.#topics.get(message.topic));
        return;
      case 'error':
        console.warn(`Live updates: ${message.message}`);
        return;
      case 'resync': {
        const topic = this.#topics.get(message.topic);
        if (topic) resync(topic);
        return;
      }
      default:
        this.#deliver(message);
    }
  }

  #subscribed(topic: Topic | undefined): void {
    if (!topic) return;
    if (topic.isBehind && topic.lastSeq === undefined) resync(topic);
    topic.isBehind = false;
  }

  #deliver(event: LiveEvent): void {
    const topic = this.#topics.get(event.topic);
    if (!topic) return;
    if (event.topic.startsWith('execution:')) topic.lastSeq = Math.max(topic.lastSeq ?? 0, event.seq);
    for (const listener of [...topic.listeners]) listener.onEvent(event);
  }

  #closed(code: number): void {
    this.#drop();
    for (const topic of this.#topics.values()) topic.isBehind = true;
    if (code === TRY_AGAIN_LATER) this.#failures = Math.max(this.#failures, PATIENT_AFTER_FAILURES);
    if (this.#topics.size === 0) {
      this.#setState('connecting');
      return;
    }
    this.#setState('offline');
    const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#failures);
    this.#failures += 1;
    this.#retryTimer = setTimeout(
      () => {
        this.#retryTimer = undefined;
        if (this.#topics.size > 0) this.#connect();
      },
      pause * (0.5 + Math.random()),
    );
  }

  #drop(): void {
    clearInterval(this.#pingTimer);
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
  }

  #sendSubscribe(topic: string, since: number | undefined): void {
    this.#send({ type: 'subscribe', topic, ...(since !== undefined && { since }) });
  }

  #send(message: ClientMessage): void {
    if (this.#isOpen) this.#socket?.send(JSON.stringify(message));
  }

  get #isOpen(): boolean {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  #setState(state: ConnectionState): void {
    if (this.#state === state) return;
    this.#state = state;
    for (const listener of this.#stateListeners) listener();
  }
}

function resync(topic: Topic): void {
  for (const listener of topic.listeners) listener.onResync?.();
}
