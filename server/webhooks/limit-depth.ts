/** Real payloads go eight levels deep. PostgreSQL and `JSON.stringify` give up at some thousands. */
const MAX_DEPTH = 50;

/** A value as it is, or a copy in which everything below `maxDepth` levels is replaced by "…". */
export function limitDepth(value: unknown, maxDepth = MAX_DEPTH): unknown {
  return isDeeper(value, maxDepth) ? cut(value, maxDepth) : value;
}

function isDeeper(value: unknown, levels: number): boolean {
  if (value === null || typeof value !== 'object') return false;
  return levels === 0 || Object.values(value).some((child) => isDeeper(child, levels - 1));
}

function cut(value: unknown, levels: number): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (levels === 0) return '…';
  if (Array.isArray(value)) return value.map((item) => cut(item, levels - 1));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, cut(item, levels - 1)]));
}
