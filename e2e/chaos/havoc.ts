import { setTimeout as pause } from 'node:timers/promises';

/** Something that can be hit: a process or a service. */
export type Victim = {
  kind: 'server' | 'worker' | 'Redis' | 'PostgreSQL';
  kill(): Promise<unknown>;
  stop(): Promise<unknown>;
  freeze(): unknown;
  thaw(): unknown;
  /** Starts it again; rejects when it did not come up. */
  start(): Promise<unknown>;
  /** False where it has ended by itself, which a supervisor would see. */
  isRunning(): boolean;
  /** What it said at last. */
  lastWords(): string;
};

export type Blow = 'kill -9' | 'SIGTERM' | 'SIGSTOP';

export type Havoc = {
  /** How often whom: `worker kill -9` → 7. What ended by itself and was started again is counted as `… ended`. */
  blows: Map<string, number>;
  /** Hits nobody any more; resolves when everything runs again. */
  end(): Promise<void>;
};

const FROZEN_MS = 15_000;
const LONGEST_DOWN_MS = 3_000;
const LOOK_EVERY_MS = 250;

/**
 * So many blows may fall without anything having worked between them; then it waits until something has. Where a start takes
 * longer than the pause between two blows, nothing would come up again.
 */
const BLOWS_IN_VAIN = 4;

/**
 * Hits a random one of those that run every few seconds, and starts it again after a moment, as a supervisor does.
 * @param random seeded: the same seed hits the same ones in the same way
 */
export function startHavoc(options: {
  victims: readonly Victim[];
  everyMs: number;
  /** Grows while what is hit works. */
  progress: () => number;
  random: () => number;
  log: (line: string) => void;
}): Havoc {
  const { victims, everyMs, progress, random, log } = options;
  const blows = new Map<string, number>();
  const down = new Map<Victim, Promise<void>>();
  const ending = new AbortController();

  async function hit(victim: Victim, blow: Blow, downMs: number): Promise<void> {
    count(`${victim.kind} ${blow}`);
    log(`${victim.kind}: ${blow}`);
    if (blow === 'SIGSTOP') {
      await victim.freeze();
      await moment(FROZEN_MS);
      await victim.thaw();
      return;
    }
    await (blow === 'kill -9' ? victim.kill() : victim.stop());
    await moment(downMs);
    await startAgain(victim);
  }

  /** What it needs may be down too; a supervisor tries again. */
  async function startAgain(victim: Victim): Promise<void> {
    for (;;) {
      try {
        await victim.start();
        return;
      } catch (error) {
        log(
          `${victim.kind} did not come up: ${error instanceof Error ? error.message.split('\n').at(-2) : error}`,
        );
        count(`${victim.kind} refused to start`);
        await pause(LOOK_EVERY_MS);
      }
    }
  }

  /** Keeps a victim out of everybody's reach until it runs again. */
  function takeDown(victim: Victim, work: Promise<void>): void {
    down.set(
      victim,
      work.finally(() => down.delete(victim)),
    );
  }

  async function supervise(): Promise<void> {
    while (!ending.signal.aborted) {
      for (const victim of victims) {
        if (down.has(victim) || victim.isRunning()) continue;
        log(`${victim.kind} has ended by itself: ${victim.lastWords()}`);
        count(`${victim.kind} ended`);
        takeDown(victim, startAgain(victim));
      }
      await moment(LOOK_EVERY_MS);
    }
  }

  async function rage(): Promise<void> {
    let before = progress();
    let inVain = 0;
    while (!ending.signal.aborted) {
      await moment(everyMs * (0.5 + random()));
      while (inVain >= BLOWS_IN_VAIN && progress() === before && !ending.signal.aborted) {
        await moment(LOOK_EVERY_MS);
      }
      if (ending.signal.aborted) return;
      inVain = progress() === before ? inVain + 1 : 0;
      before = progress();
      // Drawn whether or not somebody can be hit, so that a seed means the same however long a start takes.
      const [who, how, howLong] = [random(), random(), random()];
      const upright = victims.filter((victim) => !down.has(victim));
      const victim = upright[Math.floor(who * upright.length)];
      if (victim) takeDown(victim, hit(victim, blowOf(how), howLong * LONGEST_DOWN_MS));
    }
  }

  const moment = (ms: number) => pause(ms, undefined, { signal: ending.signal }).catch(() => undefined);
  const count = (what: string) => blows.set(what, (blows.get(what) ?? 0) + 1);

  const work = Promise.all([supervise(), rage()]);
  return {
    blows,
    end: async () => {
      ending.abort();
      await work;
      await Promise.all(down.values());
    },
  };
}

function blowOf(chance: number): Blow {
  if (chance < 0.6) return 'kill -9';
  return chance < 0.8 ? 'SIGTERM' : 'SIGSTOP';
}
