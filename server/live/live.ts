import type { Live } from '../context.ts';
import type { LiveEvent } from '../contract/live.ts';

/** Gets each event once, already as the text that goes over the wire. */
export type LiveListener = (event: LiveEvent, text: string) => void;

/** The way to the other processes (live-relay.ts). */
export type LiveRelay = {
  /** Events of this process for whoever watches elsewhere. */
  forward(workspaceId: string, events: Omit<LiveEvent, 'topic'>[]): void;
  /** Somebody here watches a workspace now, or nobody does any more. */
  watch(workspaceId: string, isWatched: boolean): void;
};

export type LocalLive = Live & {
  /** Listens to a topic of a workspace. The answer ends it. */
  subscribe(workspaceId: string, topic: string, listener: LiveListener): () => void;
  /** Tells those who watch in this process only. */
  deliver(workspaceId: string, events: Omit<LiveEvent, 'topic'>[]): void;
  /** From now on events also come from and go to other processes; null: no longer. */
  connect(relay: LiveRelay | null): void;
};

/** Events to whoever watches. Publishing costs next to nothing while nobody does. */
export function createLive(): LocalLive {
  const listeners = new Map<string, Set<LiveListener>>();
  /** Subscriptions of each workspace. */
  const watchers = new Map<string, number>();
  let relay: LiveRelay | null = null;

  function publishTo(workspaceId: string, topic: string, event: Omit<LiveEvent, 'topic'>): void {
    const audience = listeners.get(`${workspaceId} ${topic}`);
    if (!audience) return;
    const addressed = { ...event, topic };
    const text = JSON.stringify(addressed);
    for (const listener of audience) listener(addressed, text);
  }

  function deliver(workspaceId: string, events: Omit<LiveEvent, 'topic'>[]): void {
    if (!watchers.has(workspaceId)) return;
    for (const event of events) {
      for (const topic of topicsOf(event)) publishTo(workspaceId, topic, event);
    }
  }

  function countWatchers(workspaceId: string, change: 1 | -1): void {
    const count = (watchers.get(workspaceId) ?? 0) + change;
    if (count === 0) watchers.delete(workspaceId);
    else watchers.set(workspaceId, count);
    if (change === 1 ? count === 1 : count === 0) relay?.watch(workspaceId, count > 0);
  }

  return {
    publish: (workspaceId, events) => {
      relay?.forward(workspaceId, events);
      deliver(workspaceId, events);
    },
    deliver,
    subscribe: (workspaceId, topic, listener) => {
      const key = `${workspaceId} ${topic}`;
      const audience = listeners.get(key) ?? new Set();
      audience.add(listener);
      listeners.set(key, audience);
      countWatchers(workspaceId, 1);
      return () => {
        if (!audience.delete(listener)) return;
        if (audience.size === 0) listeners.delete(key);
        countWatchers(workspaceId, -1);
      };
    },
    connect: (next) => {
      relay = next;
      for (const workspaceId of watchers.keys()) relay?.watch(workspaceId, true);
    },
  };
}

/** The workspace topic is for lists and counters: it leaves the steps to those who look at a flow or an execution. */
function topicsOf({ type, executionId, flowId }: Omit<LiveEvent, 'topic'>): string[] {
  const topics = type.startsWith('step.') ? [] : ['workspace'];
  if (flowId !== undefined) topics.push(`flow:${flowId}`);
  if (executionId !== undefined) topics.push(`execution:${executionId}`);
  return topics;
}
