import type pg from 'pg';
import { systemClock } from '../../engine/clock.ts';
import { NodeError } from '../../engine/errors.ts';
import type { GroupCommit } from '../executions/group-commit.ts';
import { createGroupCommit, isTransient } from '../executions/group-commit.ts';
import { ExpiringCache } from '../expiring-cache.ts';
import type { AccountKey, Ask, Pause } from './permit-statements.ts';
import { DATABASE_CLOCK, pauseSending, takePermits } from './permit-statements.ts';
import type { Pressure } from './platform-pressure.ts';
import type { Family, RateLimit, RateLimits } from './rate-limits.ts';
import { describeLimit, FAMILIES, NO_RATE_LIMITS, SANDBOX_RATE_LIMITS } from './rate-limits.ts';
import type { Answer, Budget, Reservation, Slot } from './send-budget.ts';
import { BLOCK_LASTS_MS, budgetOf, SHORT_WAIT_MS, slotsOf, spareOf, standingOf } from './send-budget.ts';

export type LimitedAccount = AccountKey & { username: string; isSandbox: boolean };

export type SendLimitsDeps = {
  pool: pg.Pool;
  limits: RateLimits;
  /** An SQL expression: the time that all processes go by. */
  databaseClock?: string;
  /** Monotonic, in ms: how long spare permits last. */
  now?: () => number;
  sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
};

/** One caller; `wants: 0` only asks for the time and whether Instagram wants silence. */
type Request = { account: LimitedAccount; family: Family; wants: 0 | 1 };
type Granted = Pick<Answer, 'nowMs' | 'blockedUntilMs'> & { slot: Slot | undefined };

const AT_ONCE: Granted = {
  nowMs: 0,
  blockedUntilMs: null,
  slot: { kind: 'slot', waitMs: 0, fromMs: 0, isBlocked: false },
};

/** The database is tried for less long than a step may take: the step can be put to wait instead. */
const OUTAGE_MS = 5_000;
/** Accounts and families of which a process holds spare permits at once. */
const MOST_BLOCKS = 50_000;

const FAMILY_NAMES: Record<Family, string> = {
  replies: 'replies to comments',
  private_replies: 'private replies',
  messages: 'messages',
  reads: 'reads of conversations',
  other: 'other calls',
};

/**
 * What accounts may send, shared by all processes: the buckets stand in the database and go by its clock.
 *
 * Callers of the same moment share a statement, and it takes a few spare permits for the next tenth of a second, so that a
 * busy account costs some ten statements a second and process. Over a limit by no more than those spare permits, however
 * many processes there are.
 *
 * Who comes when there is nothing left is given a turn: the permit is paid for at once, and holds from a time of its own.
 * So those who wait come back one after the other, at the pace of the limit, in the order in which they came.
 */
export class SendLimits {
  readonly #pool: pg.Pool;
  readonly #limits: RateLimits;
  readonly #databaseClock: string;
  readonly #sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly #spare: ExpiringCache<{ permits: number }>;
  readonly #requests: GroupCommit<Request, Granted>;
  readonly #budgets = new Map<RateLimit, Budget>();

  constructor(deps: SendLimitsDeps) {
    this.#pool = deps.pool;
    this.#limits = deps.limits;
    this.#databaseClock = deps.databaseClock ?? DATABASE_CLOCK;
    this.#sleep = deps.sleep ?? systemClock.sleep;
    this.#spare = new ExpiringCache(MOST_BLOCKS, BLOCK_LASTS_MS, deps.now ?? (() => performance.now()));
    // One at a time, so that turns are given in the order in which they were asked for.
    this.#requests = createGroupCommit({ write: (requests) => this.#answer(requests), outageMs: OUTAGE_MS });
  }

  /**
   * Resolves when one call of this family may be made now.
   * @param held the turns of this execution; the one that is used is taken out, a new one put in
   * @throws NodeError `throttled` with the time until its turn; `instagram_backlog` when that is too far away
   */
  async take(
    account: LimitedAccount,
    family: Family,
    held: Reservation[],
    signal: AbortSignal,
  ): Promise<void> {
    if (await this.#redeem(account, family, held, signal)) return;
    if (this.#takeSpare(account, family)) return;
    const { slot } = await this.#ask({ account, family, wants: 1 });
    const turn = this.#turn(account, family, slot);
    if (turn.waitMs > SHORT_WAIT_MS) throw this.#notNow(account, family, turn, held);
    await this.#wait(turn.waitMs, signal);
  }

  /** Instagram wants fewer calls: no process makes any before the time is over. */
  async pause(account: LimitedAccount, family: Family, { scope, forMs }: Pressure): Promise<void> {
    const families = scope === 'account' ? FAMILIES : [family];
    for (const one of families) this.#spare.delete(keyOf(account, one));
    const pauses = families.map(
      (one): Pause => ({ account, family: one, budget: this.#budgetOf(account, one), forMs }),
    );
    await pauseSending(this.#pool, pauses, this.#databaseClock);
  }

  /**
   * A call was refused because of a limit of Instagram's: all processes pause, and the step gets a turn for afterwards.
   * @returns the error with which the step waits; `refusal` itself when the database can't be reached
   */
  async refused(
    account: LimitedAccount,
    family: Family,
    held: Reservation[],
    { pressure, refusal }: { pressure: Pressure; refusal: NodeError },
  ): Promise<NodeError> {
    try {
      await this.pause(account, family, pressure);
      const { slot } = await this.#ask({ account, family, wants: 1 });
      const turn = this.#turn(account, family, slot);
      return this.#notNow(account, family, turn, held, refusal.message);
    } catch (error) {
      return error instanceof NodeError && error.code === 'instagram_backlog' ? error : refusal;
    }
  }

  /** Uses a turn that the execution was given before. False when it has none that holds. */
  async #redeem(
    account: LimitedAccount,
    family: Family,
    held: Reservation[],
    signal: AbortSignal,
  ): Promise<boolean> {
    const [earliest] = held
      .filter((one) => one.accountId === account.id && one.family === family)
      .sort((a, b) => Date.parse(a.from) - Date.parse(b.from));
    if (!earliest) return false;
    // Taken out before anything is awaited: a step beside this one must not use it too.
    held.splice(held.indexOf(earliest), 1);
    const putBack = () => held.push(earliest);
    const database = await this.#ask({ account, family, wants: 0 }).catch((error: unknown) => {
      putBack();
      throw error;
    });
    const standing = standingOf(earliest, this.#budgetOf(account, family), database);
    if (standing.kind === 'early') putBack();
    if (standing.kind !== 'due') return false;
    await this.#wait(standing.waitMs, signal);
    return true;
  }

  #takeSpare(account: LimitedAccount, family: Family): boolean {
    const spare = this.#spare.get(keyOf(account, family));
    if (!spare || spare.permits === 0) return false;
    spare.permits--;
    return true;
  }

  async #ask(request: Request): Promise<Granted> {
    try {
      return await this.#requests.add(request);
    } catch (error) {
      throw new NodeError(
        'send_limits_unavailable',
        `Nothing was sent: whether @${request.account.username} may send could not be found out, because the database did not answer.`,
        isTransient(error)
          ? { throttled: true }
          : { retryable: true, outcome: 'not_performed', cause: error },
      );
    }
  }

  /** One statement for all callers of this moment; spare permits that came in meanwhile go to them first. */
  async #answer(requests: Request[]): Promise<Granted[]> {
    const granted = new Map<Request, Granted>();
    for (const request of requests) {
      if (request.wants === 1 && this.#takeSpare(request.account, request.family))
        granted.set(request, AT_ONCE);
    }
    const rest = requests.filter((request) => !granted.has(request));
    if (rest.length > 0) await this.#askDatabase(rest, granted);
    return requests.map((request) => granted.get(request)!);
  }

  async #askDatabase(requests: Request[], granted: Map<Request, Granted>): Promise<void> {
    const byKey = Map.groupBy(requests, ({ account, family }) => keyOf(account, family));
    const asks = [...byKey.values()].map((callers): Ask => {
      const { account, family } = callers[0]!;
      const budget = this.#budgetOf(account, family);
      const wanted = callers.reduce((sum, { wants }) => sum + wants, 0);
      return { account, family, budget, wanted, spare: wanted > 0 ? budget.spare : 0 };
    });
    const answers = await takePermits(this.#pool, asks, this.#databaseClock);
    [...byKey].forEach(([key, callers], index) => {
      const answer = answers[index]!;
      const { budget, wanted } = asks[index]!;
      const permits = spareOf(answer);
      if (permits > 0) this.#spare.set(key, { permits });
      const slots = slotsOf(budget, answer, wanted);
      for (const caller of callers) {
        granted.set(caller, { ...answer, slot: caller.wants === 1 ? slots.shift() : undefined });
      }
    });
  }

  #turn(account: LimitedAccount, family: Family, slot: Slot | undefined): Slot & { kind: 'slot' } {
    if (slot?.kind === 'slot') return slot;
    const limit = describeLimit(this.#limitOf(account, family));
    throw new NodeError(
      'instagram_backlog',
      `Nothing was sent: so much of @${account.username} is waiting already, or Instagram asks for so long a pause, that this one's turn would come in more than 6 hours (${FAMILY_NAMES[family]}, ${limit}). Retry it when there is less to send; INSTAGRAM_RATE_LIMITS holds the limit.`,
    );
  }

  #notNow(
    account: LimitedAccount,
    family: Family,
    { waitMs, fromMs, isBlocked }: Omit<Slot & { kind: 'slot' }, 'kind'>,
    held: Reservation[],
    refusal?: string,
  ): NodeError {
    const reservation: Reservation = {
      accountId: account.id,
      family,
      from: new Date(Math.ceil(fromMs)).toISOString(),
    };
    held.push(reservation);
    const limit = describeLimit(this.#limitOf(account, family));
    const reason = isBlocked
      ? `Instagram asked @${account.username} to slow down.`
      : `@${account.username} has used up what it may send for now (${FAMILY_NAMES[family]}, ${limit}).`;
    return new NodeError('instagram_limit', refusal ?? reason, {
      throttled: true,
      retryAfterMs: Math.ceil(waitMs),
      details: { reservation },
    });
  }

  async #wait(ms: number, signal: AbortSignal): Promise<void> {
    if (ms > 0) await this.#sleep(ms, signal);
    if (!signal.aborted) return;
    throw new NodeError('step_closed', 'The step was ended while it waited to send; nothing was sent.');
  }

  #limitOf(account: LimitedAccount, family: Family): RateLimit {
    const isGenerous = account.isSandbox && this.#limits !== NO_RATE_LIMITS;
    return (isGenerous ? SANDBOX_RATE_LIMITS : this.#limits)[family];
  }

  #budgetOf(account: LimitedAccount, family: Family): Budget {
    const limit = this.#limitOf(account, family);
    const known = this.#budgets.get(limit);
    if (known) return known;
    const budget = budgetOf(limit);
    this.#budgets.set(limit, budget);
    return budget;
  }
}

const keyOf = (account: AccountKey, family: Family): string => `${account.id} ${family}`;
