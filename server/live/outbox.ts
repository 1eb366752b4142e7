import type { LiveEvent } from '../contract/live.ts';

/** What goes to the other processes in one message. */
export type Parcel = {
  /** Workspaces of which events were not sent that somebody there wants by now; null: nobody knows which. */
  missed: string[] | null;
  /** Each with its workspace, as JSON: only who watches it there reads it. */
  events: [workspaceId: string, event: string][];
};

/** Bytes of events in one message. Quoted once more it may be twice that; a relay refuses more than 512 KiB. */
const MAX_PARCEL_BYTES = 200_000;

/** Bytes that wait while the relay is slow or gone. Whoever misses what does not fit loads it from the journal. */
const MAX_WAITING_BYTES = 4 * 1024 * 1024;

/** Workspaces remembered as left out. Beyond it all are meant. */
const MAX_LEFT_OUT = 10_000;

export type Outbox = {
  add(workspaceId: string, events: Omit<LiveEvent, 'topic'>[]): void;
  /** What must be sent now, in order; it is no longer kept. */
  take(): Parcel[];
  /** These could not be sent and were not numbered. */
  giveUp(parcels: Parcel[]): void;
  /** Somebody elsewhere watches something else than before. */
  interestChanged(): void;
  isEmpty(): boolean;
};

/**
 * Events on their way to other processes. What nobody wants, or what there is no room for, is left out, but never
 * forgotten: whoever wants its workspace, then or later, is told that events are missing.
 */
export function createOutbox(wants: (workspaceId: string) => boolean): Outbox {
  let waiting: { workspaceId: string; text: string; bytes: number }[] = [];
  let waitingBytes = 0;
  let leftOut = new Set<string>();
  let isAnyLeftOut = false;
  let mustTell = false;

  function leaveOut(workspaceId: string): void {
    if (leftOut.size < MAX_LEFT_OUT) leftOut.add(workspaceId);
    else isAnyLeftOut = true;
  }

  function put(workspaceId: string, event: Omit<LiveEvent, 'topic'>): void {
    const text = JSON.stringify(event);
    const bytes = Buffer.byteLength(text);
    if (bytes > MAX_PARCEL_BYTES || waitingBytes + bytes > MAX_WAITING_BYTES) {
      leaveOut(workspaceId);
      mustTell = true;
      return;
    }
    waiting.push({ workspaceId, text, bytes });
    waitingBytes += bytes;
  }

  function takeMissed(): string[] | null {
    if (!mustTell) return [];
    mustTell = false;
    const missed = isAnyLeftOut ? null : [...leftOut].filter(wants);
    if (missed === null) leftOut = new Set();
    else for (const workspaceId of missed) leftOut.delete(workspaceId);
    isAnyLeftOut = false;
    return missed;
  }

  return {
    add: (workspaceId, events) => {
      if (!wants(workspaceId)) leaveOut(workspaceId);
      else for (const event of events) put(workspaceId, event);
    },
    take: () => {
      const parcels: Parcel[] = [];
      const missed = takeMissed();
      if (missed === null || missed.length > 0) parcels.push({ missed, events: [] });
      let size = Number.POSITIVE_INFINITY;
      for (const { workspaceId, text, bytes } of waiting) {
        if (size + bytes > MAX_PARCEL_BYTES) {
          parcels.push({ missed: [], events: [] });
          size = 0;
        }
        parcels.at(-1)?.events.push([workspaceId, text]);
        size += bytes;
      }
      waiting = [];
      waitingBytes = 0;
      return parcels;
    },
    giveUp: (parcels) => {
      if (parcels.length === 0) return;
      mustTell = true;
      for (const { missed, events } of parcels) {
        if (missed === null) isAnyLeftOut = true;
        for (const workspaceId of missed ?? []) leaveOut(workspaceId);
        for (const [workspaceId] of events) leaveOut(workspaceId);
      }
    },
    interestChanged: () => {
      mustTell = leftOut.size > 0 || isAnyLeftOut;
    },
    isEmpty: () => waiting.length === 0 && !mustTell,
  };
}
