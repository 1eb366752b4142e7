import { z } from 'zod';
import { parseJson } from '../parse-json.ts';

/**
 * Instagram wants fewer calls: for so long, of this kind or of the whole account. Sources: "Rate Limits" and "Handle Errors"
 * of the Graph API documentation; docs/instagram-limits.md has more.
 */
export type Pressure = { scope: 'account' | 'family'; forMs: number };

export type AnswerOfPlatform = {
  status: number;
  /** Code of the error in the body, where there is one. */
  errorCode?: number | undefined;
  /** Names in lower case. */
  headers: Readonly<Record<string, string | string[] | undefined>>;
};

/**
 * Limits that concern all calls for an account: of the app (4, 341), the user (17), the page (32), and the business use
 * cases Pages (80001), Instagram (80002) and Messenger (80006).
 */
const ACCOUNT_CODES: ReadonlySet<number> = new Set([4, 17, 32, 341, 80001, 80002, 80006]);
/** "Calls to this api have exceeded the rate limit": calls of this kind. */
const FAMILY_CODE = 613;

/** From this percentage of an allowance on nothing is sent for a while: at 100 % Meta refuses, and goes on for longer. */
const FULL_PERCENT = 95;
const SHORTEST_PAUSE_MS = 1_000;
const DEFAULT_PAUSE_MS = 60_000;
const USED_UP_PAUSE_MS = 300_000;
const LONGEST_PAUSE_MS = 86_400_000;

const percent = z.number().catch(0).default(0);
const usage = z.object({ call_count: percent, total_time: percent, total_cputime: percent });
/** By business id; the time to wait is in minutes. */
const businessUsage = z.record(
  z.string(),
  z.array(usage.extend({ estimated_time_to_regain_access: percent })),
);

/** Whether this answer refused the call because of a limit: then nothing was done. */
export function isOverLimit({ status, errorCode }: Pick<AnswerOfPlatform, 'status' | 'errorCode'>): boolean {
  if (status >= 500) return false;
  return (
    status === 429 || errorCode === FAMILY_CODE || (errorCode !== undefined && ACCOUNT_CODES.has(errorCode))
  );
}

/**
 * What an answer, good or bad, says about how fast to go on; null when all is well.
 * @param now for a `Retry-After` that is a date
 */
export function platformPressure(answer: AnswerOfPlatform, now: Date): Pressure | null {
  const { percentUsed, regainMs } = usageOf(answer.headers);
  const retryAfterMs = retryAfterOf(answer.headers['retry-after'], now);
  if (isOverLimit(answer)) {
    const { errorCode } = answer;
    const isAccount = percentUsed >= 100 || (errorCode !== undefined && ACCOUNT_CODES.has(errorCode));
    const isTold = retryAfterMs !== undefined || regainMs > 0;
    const told = Math.max(retryAfterMs ?? 0, regainMs, SHORTEST_PAUSE_MS);
    const untold = percentUsed >= 100 ? USED_UP_PAUSE_MS : DEFAULT_PAUSE_MS;
    return { scope: isAccount ? 'account' : 'family', forMs: bounded(isTold ? told : untold) };
  }
  if (percentUsed < FULL_PERCENT && regainMs === 0) return null;
  const untold = percentUsed >= 100 ? USED_UP_PAUSE_MS : DEFAULT_PAUSE_MS;
  return { scope: 'account', forMs: bounded(regainMs || untold) };
}

function usageOf(headers: AnswerOfPlatform['headers']): { percentUsed: number; regainMs: number } {
  const appUsage = headers['x-app-usage'];
  const businessesUsage = headers['x-business-use-case-usage'];
  if (appUsage === undefined && businessesUsage === undefined) return { percentUsed: 0, regainMs: 0 };
  const app = usage.safeParse(jsonOf(appUsage));
  const business = businessUsage.safeParse(jsonOf(businessesUsage));
  const businesses = business.success ? Object.values(business.data).flat() : [];
  const all = [...(app.success ? [app.data] : []), ...businesses];
  const minutes = businesses.map((one) => one.estimated_time_to_regain_access);
  return {
    percentUsed: Math.max(0, ...all.flatMap((one) => [one.call_count, one.total_time, one.total_cputime])),
    regainMs: Math.max(0, ...minutes) * 60_000,
  };
}

function jsonOf(value: string | string[] | undefined): unknown {
  return typeof value === 'string' ? parseJson(value) : undefined;
}

/** Seconds or a date (RFC 9110, 10.2.3). */
function retryAfterOf(value: string | string[] | undefined, now: Date): number | undefined {
  if (typeof value !== 'string') return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1_000;
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now.getTime());
}

const bounded = (ms: number): number => Math.min(ms, LONGEST_PAUSE_MS);
