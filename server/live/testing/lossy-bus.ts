import type { RelayBus } from '../relay-bus.ts';

type Member = {
  listeners: Map<string, (data: unknown) => void>;
  openListeners: (() => void)[];
  isOpen: boolean;
  /** So many of the next messages to it are lost. */
  losses: number;
  inbox: [topic: string, text: string][];
};

/** A bus in memory that loses what the test wants lost. Messages to a process keep their order. */
export type LossyHub = {
  join(): RelayBus & {
    /** Cut off: nothing goes out and nothing comes in. */
    cut(): void;
    /** Connected again, with its subscriptions. What was published meanwhile is gone. */
    heal(): void;
    loseNext(count: number): void;
    /** The next message arrives, but its sender is told that it did not. */
    failAfterNext(): void;
    /** The next message arrives twice, as one that is sent again after a loss of connection. */
    repeatNext(): void;
    renewals(): number;
  };
};

export function createLossyHub(): LossyHub {
  const members = new Set<Member>();

  function deliver(member: Member, topic: string, text: string): void {
    if (!member.isOpen || !member.listeners.has(topic)) return;
    if (member.losses > 0) {
      member.losses -= 1;
      return;
    }
    member.inbox.push([topic, text]);
    setTimeout(() => {
      const [next, data] = member.inbox.shift() ?? ['', 'null'];
      member.listeners.get(next)?.(JSON.parse(data));
    }, 2);
  }

  return {
    join: () => {
      const member: Member = {
        listeners: new Map(),
        openListeners: [],
        isOpen: true,
        losses: 0,
        inbox: [],
      };
      let willFail = false;
      let willRepeat = false;
      let renewals = 0;
      members.add(member);
      return {
        publish: async (topic, data) => {
          if (!member.isOpen) throw new Error('There is no connection.');
          for (const other of members) {
            deliver(other, topic, JSON.stringify(data));
            if (willRepeat) deliver(other, topic, JSON.stringify(data));
          }
          willRepeat = false;
          if (willFail) {
            willFail = false;
            throw new Error('The answer was lost.');
          }
        },
        subscribe: async (topic, listener) => {
          member.listeners.set(topic, listener);
        },
        isOpen: () => member.isOpen,
        opened: Promise.resolve(),
        onOpen: (listener) => member.openListeners.push(listener),
        renew: () => {
          renewals += 1;
        },
        close: async () => {
          members.delete(member);
        },
        cut: () => {
          member.isOpen = false;
          member.inbox.length = 0;
        },
        heal: () => {
          if (member.isOpen) return;
          member.isOpen = true;
          for (const listener of member.openListeners) listener();
        },
        loseNext: (count) => {
          member.losses = count;
        },
        failAfterNext: () => {
          willFail = true;
        },
        repeatNext: () => {
          willRepeat = true;
        },
        renewals: () => renewals,
      };
    },
  };
}
