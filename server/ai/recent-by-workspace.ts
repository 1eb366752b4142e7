import { ExpiringCache } from '../expiring-cache.ts';
import type { Queryable } from '../flows/flow-store.ts';

/** How old a setting may be that another process changed. What this process changes holds at once. */
const FRESH_MS = 3_000;
const MOST_WORKSPACES = 10_000;

/** What a workspace has set, as it was a moment ago: steps ask for it again and again. */
export type RecentByWorkspace<Value> = {
  /** At most three seconds old. Who asks while it is read waits for the same answer. */
  of(db: Queryable, workspaceId: string): Promise<Value>;
  /** To be called once a change is on disk. */
  forget(db: Queryable, workspaceId: string): void;
};

/**
 * Remembers for a moment what `read` answers, apart for each database: the writer in the same process needs only the
 * connection it writes with to make it forgotten.
 */
export function recentByWorkspace<Value>(
  read: (db: Queryable, workspaceId: string) => Promise<Value>,
): RecentByWorkspace<Value> {
  const caches = new WeakMap<Queryable, ExpiringCache<Promise<Value>>>();

  return {
    of(db, workspaceId) {
      const cache = caches.get(db) ?? new ExpiringCache<Promise<Value>>(MOST_WORKSPACES, FRESH_MS);
      caches.set(db, cache);
      const known = cache.get(workspaceId);
      if (known) return known;
      // Its age counts from here on, and a change meanwhile makes it forgotten although it is still being read.
      const reading = read(db, workspaceId);
      cache.set(workspaceId, reading);
      reading.catch(() => {
        if (cache.get(workspaceId) === reading) cache.delete(workspaceId);
      });
      return reading;
    },
    forget: (db, workspaceId) => caches.get(db)?.delete(workspaceId),
  };
}
