import type pg from 'pg';

/** A check that rejects when a part is not usable. */
export type ReadinessCheck = () => Promise<unknown>;

const CHECK_TIMEOUT_MS = 2_000;

/** Runs all checks at once. @returns `ok` or `failed` by name */
export async function checkReadiness(
  checks: Record<string, ReadinessCheck>,
): Promise<Record<string, 'ok' | 'failed'>> {
  const results = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => [name, await passes(check)] as const),
  );
  return Object.fromEntries(results);
}

/** Whether the database answers. */
export const databaseCheck =
  (pool: pg.Pool): ReadinessCheck =>
  () =>
    pool.query('select 1');

async function passes(check: ReadinessCheck): Promise<'ok' | 'failed'> {
  const { promise: timeout, resolve } = Promise.withResolvers<'failed'>();
  const timer = setTimeout(() => resolve('failed'), CHECK_TIMEOUT_MS);
  try {
    return await Promise.race([check().then(() => 'ok' as const), timeout]);
  } catch {
    return 'failed';
  } finally {
    clearTimeout(timer);
  }
}
