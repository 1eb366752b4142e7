/** More the server refuses (server/contract/ai-guardrails.ts). */
export const MOST_ENTRIES = 500;

/**
 * A list with what was typed or pasted: one entry a line, without those that are there already, whatever their case.
 * Commas stay: they may be part of a phrase.
 */
export function withEntries(entries: readonly string[], typed: string): string[] {
  const all = [...entries];
  const known = new Set(all.map((entry) => entry.toLowerCase()));
  for (const line of typed.split(/\r?\n/)) {
    const entry = line.trim().replace(/\s+/g, ' ');
    if (entry === '' || known.has(entry.toLowerCase()) || all.length >= MOST_ENTRIES) continue;
    known.add(entry.toLowerCase());
    all.push(entry);
  }
  return all;
}

/** The server's messages about entries of a list, each with the entry that it is about, and about the list itself. */
export function entryErrors(
  path: string,
  entries: readonly string[],
  errors: Record<string, string>,
): { entry: string | null; message: string }[] {
  return Object.entries(errors).flatMap(([at, message]) => {
    if (at === path) return [{ entry: null, message }];
    if (!at.startsWith(`${path}.`)) return [];
    return [{ entry: entries[Number(at.slice(path.length + 1))] ?? null, message }];
  });
}
