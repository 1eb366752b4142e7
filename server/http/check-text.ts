/** Deeper documents than this are no graph and no form; the database and JSON.stringify recurse over them. */
const MAX_DEPTH = 100;

/**
 * Finds text that PostgreSQL can't store (NUL, half of a surrogate pair) and nesting past the limit, anywhere in a
 * parsed JSON value.
 * @returns the first finding with its path (`graph.nodes.0.name`), or null
 */
export function findUnstorable(value: unknown): { path: string; message: string } | null {
  const open: { value: unknown; path: PathLink | null; depth: number }[] = [{ value, path: null, depth: 0 }];
  for (let item = open.pop(); item; item = open.pop()) {
    const { path, depth } = item;
    if (typeof item.value === 'string' && !isStorable(item.value)) {
      return { path: pathText(path), message: 'The text holds characters that cannot be stored.' };
    }
    if (typeof item.value !== 'object' || item.value === null) continue;
    if (depth >= MAX_DEPTH) return { path: pathText(path), message: `More than ${MAX_DEPTH} levels deep.` };
    for (const [key, child] of Object.entries(item.value)) {
      if (!isStorable(key)) {
        return { path: pathText(path), message: 'A field name holds characters that cannot be stored.' };
      }
      open.push({ value: child, path: { key, parent: path }, depth: depth + 1 });
    }
  }
  return null;
}

function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

/** Paths are kept as links and written out only for a finding: most documents have none. */
type PathLink = { key: string; parent: PathLink | null };

function pathText(link: PathLink | null): string {
  const keys: string[] = [];
  for (let at = link; at; at = at.parent) keys.unshift(at.key);
  return keys.join('.');
}
