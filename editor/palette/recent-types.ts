const KEY = 'replygraph.recent-node-types';
const LIMIT = 5;

/** Types used lately on this browser, newest first. Storage that is full or forbidden just means none. */
export function recentTypes(storage: Pick<Storage, 'getItem'> = localStorage): string[] {
  try {
    const stored: unknown = JSON.parse(storage.getItem(KEY) ?? '[]');
    return Array.isArray(stored) ? stored.filter((type) => typeof type === 'string').slice(0, LIMIT) : [];
  } catch {
    return [];
  }
}

export function rememberType(
  type: string,
  storage: Pick<Storage, 'getItem' | 'setItem'> = localStorage,
): string[] {
  const recent = [type, ...recentTypes(storage).filter((other) => other !== type)].slice(0, LIMIT);
  try {
    storage.setItem(KEY, JSON.stringify(recent));
  } catch {
    // The list is a convenience; adding the node must not fail because of it.
  }
  return recent;
}
