/**
 * What an account may do is counted in families, as the platform counts it (docs/instagram-limits.md). `reads` are those of
 * conversations; everything that has no limit of its own (hide a comment, list replies) is `other`.
 */
export const FAMILIES = ['replies', 'private_replies', 'messages', 'reads', 'other'] as const;
export type Family = (typeof FAMILIES)[number];

/** At most `count` in any stretch of `perMs`, of which `atOnce` without a pause in between. */
export type RateLimit = { count: number; perMs: number; atOnce: number };
export type RateLimits = Readonly<Record<Family, RateLimit>>;

const UNITS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const UNIT_NAMES = { s: 'second', m: 'minute', h: 'hour', d: 'day' } as const;
type Unit = keyof typeof UNITS;

/**
 * Meta's own figures where it publishes them (private replies 750 an hour, reading conversations 2 a second, messages 300 a
 * second, of which a third is plenty). Replies to comments have no published figure that we could count; what is here lets
 * a few hundred through at once and more than 15,000 an hour.
 */
export const DEFAULT_RATE_LIMITS: RateLimits = {
  replies: perUnit(600, 'm'),
  private_replies: perUnit(750, 'h'),
  messages: perUnit(100, 's'),
  reads: perUnit(2, 's'),
  other: perUnit(600, 'm'),
};

/** So high that no account gets there: the way of every call stays the same, and a pause that Instagram asks for is kept. */
export const NO_RATE_LIMITS: RateLimits = forAll(perUnit(10_000, 's'));

/** For sandbox accounts: generous, and yet to be seen at work. */
export const SANDBOX_RATE_LIMITS: RateLimits = forAll(perUnit(200, 's'));

const SETTING = /^([a-z_]+)=(\d{1,9})\/([smhd])(?::(\d{1,9}))?$/;

/**
 * Reads `INSTAGRAM_RATE_LIMITS`: `replies=10/s,private_replies=750/h:100` (at most 750 an hour, 100 of them at once);
 * families that are not named keep their default; `off` for no limits of our own.
 * @returns what is wrong with it, in words, where it can't be read
 */
export function parseRateLimits(text: string): RateLimits | string {
  if (text.trim() === 'off') return NO_RATE_LIMITS;
  const limits: Record<Family, RateLimit> = { ...DEFAULT_RATE_LIMITS };
  for (const part of text.split(',').map((setting) => setting.trim())) {
    if (part === '') continue;
    const [, name, count, unit, atOnce] = SETTING.exec(part) ?? [];
    const family = FAMILIES.find((known) => known === name);
    if (!family || !isUnit(unit)) {
      return `"${part}" is not understood; write it like replies=10/s or private_replies=750/h:100 (100 at once), with one of ${FAMILIES.join(', ')} and s, m, h or d, or off`;
    }
    const limit = perUnit(Number(count), unit, atOnce === undefined ? undefined : Number(atOnce));
    if (limit.count < 1 || limit.atOnce < 1 || limit.atOnce > limit.count) {
      return `"${part}" makes no sense: allow at least 1, and at once not more than in all`;
    }
    limits[family] = limit;
  }
  return limits;
}

/** The limit in words: `750 an hour`. */
export function describeLimit({ count, perMs }: RateLimit): string {
  const unit = Object.entries(UNITS).find(([, ms]) => ms === perMs)?.[0];
  const name = isUnit(unit) ? UNIT_NAMES[unit] : `${perMs} ms`;
  return `${count} ${name === 'hour' ? 'an' : 'a'} ${name}`;
}

/**
 * Half of the allowance of a minute or more may go at once: a post that takes off is answered quickly, and enough is left
 * for the rest of the hour. A second is too short for that to matter, so there a tenth does, which keeps the pace even.
 */
function perUnit(count: number, unit: Unit, atOnce?: number): RateLimit {
  const share = unit === 's' ? 10 : 2;
  return { count, perMs: UNITS[unit], atOnce: atOnce ?? Math.max(1, Math.floor(count / share)) };
}

function forAll(limit: RateLimit): RateLimits {
  return { replies: limit, private_replies: limit, messages: limit, reads: limit, other: limit };
}

function isUnit(text: string | undefined): text is Unit {
  return text !== undefined && Object.hasOwn(UNITS, text);
}
