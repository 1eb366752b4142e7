import { setTimeout as pause } from 'node:timers/promises';
import { waitUntil } from './wait-until.ts';
import { commentDelivery, deliver, messageDelivery } from './webhook.ts';

/** A comment or message that was sent, as the sender knows it. */
export type SentEvent = {
  /** Of the comment or message; stands in the answer, see `answerTo`. */
  id: string;
  kind: 'comment' | 'message';
  person: string;
  /** Answered 200, so it must be answered, once. */
  isAcknowledged: boolean;
};

export type LoadOptions = {
  account: string;
  /** Any of them takes any webhook, as behind a load balancer. */
  urls: string[];
  /** Path of the flow that answers comments, and of the one that answers messages. */
  paths: { comment: string; message?: string };
  /** Each writes the next thing once the last was taken in, so their order is known. */
  people: number;
  /** Pause of a person between two things: this on average. */
  pauseMs: number;
  /** Stops by itself after so many. */
  most?: number;
  /** Of all: how many are delivered a second time although they were taken in. */
  redelivered?: number;
  /** How long a delivery waits for its answer before it is repeated. */
  patienceMs?: number;
  /** 0 to 1; seeded, where a run has to be repeatable. */
  random?: () => number;
  /** Tells the loads of a test apart. */
  name?: string;
};

export type Load = {
  sent: SentEvent[];
  /** Deliveries that were not answered 200 and were repeated. */
  refusals: { status: number; text: string }[];
  /** So many were answered 200 so far. */
  taken(): number;
  /** Resolves when this many more than now are taken in. */
  untilMore(count: number): Promise<unknown>;
  /** Nobody begins anything new; resolves when all that was begun is taken in. */
  finish(): Promise<void>;
  /** Resolves when `most` have been taken in. */
  done: Promise<void>;
  /** Everybody goes home at once: for a stage that is taken down. */
  abandon(): void;
};

/** What the flows of the tests answer, so that an effect can be told to its event. */
export const ANSWER = {
  comment: 'Answer to {{ trigger.comment.id }}!',
  message: 'Answer to {{ trigger.message.id }}!',
};

/** The id of the event that a text answers; null when it is no answer. */
export function answeredBy(text: string): string | null {
  return /^Answer to (\S+)!/.exec(text)?.[1] ?? null;
}

/** Meta gives a webhook up after some seconds and sends it again. */
const PATIENCE_MS = 8_000;

/** Pauses between repetitions double, up to the longest. */
const REPEAT_AFTER_MS = 200;
const LONGEST_REPEAT_AFTER_MS = 2_000;

/**
 * Many people who write at once. Like Meta, it repeats what is not answered with 200 until it is, and sometimes what was.
 */
export function startLoad(options: LoadOptions): Load {
  const { account, urls, paths, people, pauseMs, most = Number.POSITIVE_INFINITY, redelivered = 0 } = options;
  const { patienceMs = PATIENCE_MS } = options;
  const random = options.random ?? Math.random;
  const name = options.name ?? 'load';
  const sent: SentEvent[] = [];
  const refusals: Load['refusals'] = [];
  const repeats: Promise<void>[] = [];
  let isFinishing = false;
  let isAbandoned = false;

  const isOver = () => isFinishing || sent.length >= most;

  async function live(person: string): Promise<void> {
    await pause(pauseMs * random());
    while (!isOver()) {
      const kind = paths.message && random() < 0.3 ? 'message' : 'comment';
      const event: SentEvent = { id: `${name}-${sent.length}`, kind, person, isAcknowledged: false };
      sent.push(event);
      const body = bodyOf(event);
      await deliverUntilTaken(event, body);
      if (isAbandoned) return;
      event.isAcknowledged = true;
      if (random() < redelivered) repeats.push(deliverUntilTaken(event, body));
      if (!isOver()) await pause(pauseMs * 2 * random());
    }
  }

  function bodyOf({ id, kind, person }: SentEvent): string {
    const content = { id, text: `What about ${id}?`, from: person };
    return kind === 'comment' ? commentDelivery(account, content) : messageDelivery(account, content);
  }

  async function deliverUntilTaken({ kind }: SentEvent, body: string): Promise<void> {
    const path = (kind === 'message' && paths.message) || paths.comment;
    for (let waitMs = REPEAT_AFTER_MS; ; waitMs = Math.min(2 * waitMs, LONGEST_REPEAT_AFTER_MS)) {
      const url = urls[Math.floor(random() * urls.length)] ?? '';
      const signal = AbortSignal.timeout(patienceMs);
      const { status, text } = await deliver(url + path, body, undefined, signal).catch((error: unknown) => ({
        status: 0,
        text: String(error),
      }));
      if (status === 200 || isAbandoned) return;
      refusals.push({ status, text });
      await pause(waitMs);
    }
  }

  const lives = Promise.all(Array.from({ length: people }, (_, index) => live(`person-${name}-${index}`)));
  const done = lives.then(async () => {
    await Promise.all(repeats);
  });
  const taken = () => sent.filter(({ isAcknowledged }) => isAcknowledged).length;
  return {
    sent,
    refusals,
    taken,
    untilMore: (count) => {
      const target = taken() + count;
      return waitUntil(`${count} more webhooks are taken in`, () => taken() >= target);
    },
    finish: async () => {
      isFinishing = true;
      await done;
    },
    done,
    abandon: () => {
      isFinishing = true;
      isAbandoned = true;
    },
  };
}
