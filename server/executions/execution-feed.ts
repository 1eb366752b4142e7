import type { LiveEvent, LiveEventType } from '../contract/live.ts';

type Told = { seq: number; type: LiveEventType; nodeId?: string | undefined; data: unknown };

/** A number given out for something that is being written; nothing after it is told before it. */
export type HeldEvent = { seq: number; release(event?: Omit<Told, 'seq'>): void };

export type ExecutionFeed = {
  /** The last number given out. */
  lastSeq(): number;
  /** Tells at once, or as soon as everything before it is told. Answers its number. */
  tell(event: Omit<Told, 'seq'>): number;
  /** Numbers an event that may be told only once it is on disk. */
  hold(): HeldEvent;
};

/**
 * Numbers the live events of one execution and tells them in the order of their numbers. Because a step is told when it
 * is in the journal and nothing overtakes it, a client that has seen number n and asks for what came `since` n gets
 * everything it missed from the journal.
 */
export function createExecutionFeed(
  { executionId, flowId, lastSeq }: { executionId: string; flowId: string; lastSeq: number },
  publish: (event: Omit<LiveEvent, 'topic'>) => void,
): ExecutionFeed {
  let seq = lastSeq;
  const line: { seq: number; event: Omit<Told, 'seq'> | undefined; held: boolean }[] = [];

  function send(number: number, { type, nodeId, data }: Omit<Told, 'seq'>): void {
    publish({
      type,
      seq: number,
      at: new Date().toISOString(),
      executionId,
      flowId,
      ...(nodeId !== undefined && { nodeId }),
      data,
    });
  }

  function drain(): void {
    for (let first = line[0]; first && !first.held; first = line[0]) {
      line.shift();
      if (first.event) send(first.seq, first.event);
    }
  }

  return {
    lastSeq: () => seq,
    tell: (event) => {
      seq += 1;
      if (line.length === 0) send(seq, event);
      else line.push({ seq, event, held: false });
      return seq;
    },
    hold: () => {
      seq += 1;
      const place: (typeof line)[number] = { seq, event: undefined, held: true };
      line.push(place);
      return {
        seq,
        release: (event) => {
          place.event = event;
          place.held = false;
          drain();
        },
      };
    },
  };
}
