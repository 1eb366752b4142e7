/** What a process says of itself, over and over: how many messages of events it has sent, and what is watched at it. */
export type Beat = {
  from: string;
  /** The number of its last message of events. */
  sent: number;
  /** Workspaces that somebody watches there; null: too many to name, so all of them. */
  watching: string[] | null;
  /** Grows with every change of `watching`. */
  version: number;
};

type Peer = { sent: number; version: number; watching: ReadonlySet<string> | null; heardAt: number };

/** The other processes, as far as this one has heard of them. */
export type Peers = {
  /** A message of events came in. `gap`: one before it did not. */
  heardEvents(from: string, number: number, now: number): 'next' | 'repeated' | 'gap';
  /**
   * `isNew`: nothing was heard of it before. `isGap`: a message of events before it did not come in. `isChange`: it
   * watches something else than before.
   */
  heardBeat(beat: Beat, now: number): { isNew: boolean; isGap: boolean; isChange: boolean };
  /** It said goodbye. */
  left(id: string): void;
  /** Forgets who was not heard since; answers whether there was anybody. */
  forgetSilent(since: number): boolean;
  /** Nobody could be heard until now: their silence says nothing. */
  excuseSilence(now: number): void;
  /** Whether somebody elsewhere watches the workspace. */
  wants(workspaceId: string): boolean;
  ids(): string[];
};

/**
 * Messages of each process are numbered, and its beats name the last number: whoever misses one learns it with the next
 * word of that process, whatever lost it on the way.
 */
export function createPeers(): Peers {
  const peers = new Map<string, Peer>();
  let wanted = new Set<string>();
  let wantsAll = false;

  /** Somebody of whom nothing is known yet wants nothing until it says so; what is not sent to it is told to it then. */
  function peerOf(id: string, now: number): Peer {
    const peer = peers.get(id) ?? { sent: 0, version: 0, watching: new Set<string>(), heardAt: now };
    peers.set(id, peer);
    peer.heardAt = now;
    return peer;
  }

  function gather(): void {
    const lists = [...peers.values()].map(({ watching }) => watching);
    wantsAll = lists.includes(null);
    wanted = new Set(lists.flatMap((watching) => [...(watching ?? [])]));
  }

  return {
    heardEvents: (from, number, now) => {
      const peer = peerOf(from, now);
      if (number <= peer.sent) return 'repeated';
      const isNext = number === peer.sent + 1;
      peer.sent = number;
      return isNext ? 'next' : 'gap';
    },
    heardBeat: ({ from, sent, watching, version }, now) => {
      const isNew = !peers.has(from);
      const peer = peerOf(from, now);
      const isGap = sent > peer.sent;
      peer.sent = Math.max(sent, peer.sent);
      const isChange = version > peer.version;
      if (isChange) {
        peer.version = version;
        peer.watching = watching && new Set(watching);
        gather();
      }
      return { isNew, isGap, isChange };
    },
    left: (id) => {
      if (peers.delete(id)) gather();
    },
    forgetSilent: (since) => {
      const silent = [...peers].filter(([, { heardAt }]) => heardAt < since);
      for (const [id] of silent) peers.delete(id);
      if (silent.length > 0) gather();
      return silent.length > 0;
    },
    excuseSilence: (now) => {
      for (const peer of peers.values()) peer.heardAt = now;
    },
    wants: (workspaceId) => wantsAll || wanted.has(workspaceId),
    ids: () => [...peers.keys()],
  };
}
