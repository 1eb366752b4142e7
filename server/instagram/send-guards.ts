import type pg from 'pg';
import { CircuitBreaker } from '../circuit-breaker.ts';
import { learnClosedWindow, learnPrivateReplyUsed } from '../conversations/learn-from-refusal.ts';
import type { SentItem } from '../conversations/store-sent.ts';
import { createSentStore } from '../conversations/store-sent.ts';
import type { LoginLost } from './account-errors.ts';
import { keepLastError, markNeedsLogin } from './account-errors.ts';
import type { FactsReader } from './policy/read-facts.ts';
import { createFactsReader } from './policy/read-facts.ts';

/** What stands around every send of a process: what is known before, what is learned and kept after. */
export type SendGuards = {
  pool: pg.Pool;
  facts: FactsReader;
  breaker: CircuitBreaker;
  /** Keeps what was sent. What was sent stays sent when that fails: never throws. */
  keep(item: SentItem): Promise<void>;
  /** Keeps what a refusal of Instagram's taught. Never throws: the refusal itself is what the step reports. */
  learn(lesson: Lesson): Promise<void>;
};

type Mark = Parameters<typeof markNeedsLogin>;
export type Lesson =
  | ({ what: 'closed_window' } & Parameters<typeof learnClosedWindow>[1])
  | ({ what: 'private_reply_used' } & Parameters<typeof learnPrivateReplyUsed>[1])
  | { what: 'login_lost'; account: Mark[1]; error: Mark[2] }
  | { what: 'account_error'; account: Mark[1]; error: Mark[2] };

export type SendGuardsDeps = {
  pool: pg.Pool;
  /** Told when something could not be kept. */
  onUnkept?: (error: unknown) => void;
  /** Told once when an account needs a new login. */
  onAccountNeedsLogin?: (lost: LoginLost) => void;
  /** An SQL expression: the time that all processes go by. */
  databaseClock?: string;
};

/** The guards of a process. */
export function createSendGuards(deps: SendGuardsDeps): SendGuards {
  const { pool } = deps;
  const sent = createSentStore(pool);
  const quietly = async (keeping: Promise<void>): Promise<void> => {
    await keeping.catch((error: unknown) => deps.onUnkept?.(error));
  };

  async function learn(lesson: Lesson): Promise<void> {
    switch (lesson.what) {
      case 'closed_window':
        return learnClosedWindow(pool, lesson);
      case 'private_reply_used':
        return learnPrivateReplyUsed(pool, lesson);
      case 'account_error':
        return keepLastError(pool, lesson.account, lesson.error);
      case 'login_lost': {
        const { account, error } = lesson;
        if (!(await markNeedsLogin(pool, account, error))) return;
        const { id: accountId, workspaceId, username } = account;
        return deps.onAccountNeedsLogin?.({ accountId, workspaceId, username, reason: error.message });
      }
      default:
        return lesson satisfies never;
    }
  }

  return {
    pool,
    facts: createFactsReader(pool, deps.databaseClock),
    breaker: new CircuitBreaker(),
    keep: (item) => quietly(sent.store(item)),
    learn: (lesson) => quietly(learn(lesson)),
  };
}
