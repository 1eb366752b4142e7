import type pg from 'pg';

/**
 * The database as a process sees it that is killed at its n-th journal write: before the write, or after it is on disk
 * but before the answer. From then on nothing it asks is done.
 * @param isCounted for other statements than those of the journal
 */
export function dyingPool(
  pool: pg.Pool,
  nthWrite: number,
  moment: 'before' | 'after',
  isCounted: (request: unknown) => boolean = isJournalWrite,
) {
  let writes = 0;
  let isDead = false;
  const died = Promise.withResolvers<void>();
  const die = (): never => {
    isDead = true;
    died.resolve();
    throw new Error('The process was killed.');
  };

  async function query(request: unknown, values?: unknown): Promise<unknown> {
    if (isDead) return die();
    const isWrite = isCounted(request);
    if (isWrite) writes += 1;
    if (isWrite && writes === nthWrite && moment === 'before') return die();
    const result: unknown = await Reflect.apply(pool.query, pool, [request, values]);
    if (isWrite && writes >= nthWrite) return die();
    return result;
  }

  const dying = new Proxy(pool, {
    get: (target, key) => (key === 'query' ? query : Reflect.get(target, key, target)),
  });
  const kill = (): void => {
    isDead = true;
  };
  return { pool: dying, died: died.promise, kill };
}

/** By the name of the prepared statement (write-entries.ts). */
const isJournalWrite = (request: unknown): boolean =>
  typeof request === 'object' &&
  request !== null &&
  'name' in request &&
  typeof request.name === 'string' &&
  request.name.startsWith('write-entries-');
