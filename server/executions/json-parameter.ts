/**
 * JSON for a `jsonb` parameter. PostgreSQL refuses NUL characters and half surrogate pairs inside strings, both of which
 * people can send; the first are left out, the second become U+FFFD.
 */
export function jsonParameter(value: unknown): string {
  const text = JSON.stringify(value);
  // JSON.stringify writes `\u` for control characters and half surrogate pairs only.
  return text.includes('\\u') ? JSON.stringify(value, storableString) : text;
}

/** The same for rows that a statement of parts writes; undefined, which leaves the part out, where there are none. */
export const jsonUnlessEmpty = (rows: unknown[]): string | undefined =>
  rows.length > 0 ? jsonParameter(rows) : undefined;

function storableString(_key: string, value: unknown): unknown {
  if (typeof value === 'string') return storable(value);
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [storable(key), item]));
}

function storable(text: string): string {
  return text.toWellFormed().replaceAll('\0', '');
}
