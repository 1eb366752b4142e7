import type { Live } from '../context.ts';
import type { LiveEvent } from '../contract/live.ts';

/** Gets each event once, already as the bytes that go over the wire: all listeners of a topic share them. */
export type OnLiveEvent = (event: LiveEvent, message: Buffer) => void;

/** `onGap`: events may have been missed. Part of the listener, so that whoever wraps `subscribe` can't lose it. */
export type LiveListener = OnLiveEvent | { onEvent: OnLiveEvent; onGap(): void };

/** The way to the other processes (exchange.ts). */
export type LiveRelay = {
  /** Events of this process for whoever watches elsewhere. */
  forward(workspaceId: string, events: Omit<LiveEvent, 'topic'>[]): void;
  /** Somebody here watches a workspace. Resolves when the other processes know it, or do not answer. Never throws. */
  watch(workspaceId: string): Promise<void>;
};

export type LocalLive = Live & {
  /** Listens to a topic of a workspace. The answer ends it. */
  subscribe(workspaceId: string, topic: string, listener: LiveListener): () => void;
  /** Resolves when events of other processes come in for the workspace too. Subscribe within half a minute. */
  reach(workspaceId: string): Promise<void>;
  isWatched(workspaceId: string): boolean;
  /** Tells those who watch in this process only. */
  deliver(workspaceId: string, events: Omit<LiveEvent, 'topic'>[]): void;
  /** Tells those who watch here that events may be missing; null: of every workspace. */
  gap(workspaceId: string | null): void;
  /** From now on events also come from and go to other processes; null: no longer. */
  connect(relay: LiveRelay | null): void;
};

type Member = { onEvent: OnLiveEvent; onGap: () => void };
type Workspace = Map<string, Set<Member>>;

/** Events to whoever watches. Publishing costs next to nothing while nobody does. */
export function createLive(): LocalLive {
  /** Topics that are watched, by workspace. */
  const workspaces = new Map<string, Workspace>();
  let relay: LiveRelay | null = null;

  function publishTo(audience: Set<Member> | undefined, addressed: LiveEvent): void {
    if (!audience) return;
    const message = Buffer.from(JSON.stringify(addressed));
    for (const { onEvent } of audience) onEvent(addressed, message);
  }

  function deliver(workspaceId: string, events: Omit<LiveEvent, 'topic'>[]): void {
    const topics = workspaces.get(workspaceId);
    if (!topics) return;
    for (const event of events) {
      for (const topic of topicsOf(event)) publishTo(topics.get(topic), { ...event, topic });
    }
  }

  function leave(workspaceId: string, topic: string, member: Member): void {
    const topics = workspaces.get(workspaceId);
    const audience = topics?.get(topic);
    if (!topics || !audience?.delete(member)) return;
    if (audience.size === 0) topics.delete(topic);
    if (topics.size === 0) workspaces.delete(workspaceId);
  }

  return {
    publish: (workspaceId, events) => {
      relay?.forward(workspaceId, events);
      deliver(workspaceId, events);
    },
    deliver,
    subscribe: (workspaceId, topic, listener) => {
      const member =
        typeof listener === 'function' ? { onEvent: listener, onGap: () => {} } : { ...listener };
      const topics = workspaces.get(workspaceId) ?? new Map<string, Set<Member>>();
      const audience = topics.get(topic) ?? new Set();
      workspaces.set(workspaceId, topics.set(topic, audience.add(member)));
      if (topics.size === 1 && audience.size === 1) void relay?.watch(workspaceId);
      return () => leave(workspaceId, topic, member);
    },
    reach: async (workspaceId) => relay?.watch(workspaceId),
    isWatched: (workspaceId) => workspaces.has(workspaceId),
    gap: (workspaceId) => {
      const touched = workspaceId === null ? [...workspaces.values()] : [workspaces.get(workspaceId)];
      for (const topics of touched) {
        for (const audience of topics?.values() ?? []) for (const { onGap } of audience) onGap();
      }
    },
    connect: (next) => {
      relay = next;
      for (const workspaceId of workspaces.keys()) void relay?.watch(workspaceId);
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
