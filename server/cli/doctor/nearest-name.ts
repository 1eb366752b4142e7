/** Longer names may differ by more letters and still be meant. */
const LETTERS_PER_MISTAKE = 6;

/** The known name that was most likely meant: one with a letter too many, too few, wrong or swapped. */
export function nearestName(given: string, known: string[]): string | undefined {
  const allowed = Math.min(2, Math.floor(given.length / LETTERS_PER_MISTAKE));
  const near = known
    .map((name) => ({ name, mistakes: countMistakes(given.toUpperCase(), name) }))
    .filter(({ mistakes }) => mistakes <= allowed)
    .sort((a, b) => a.mistakes - b.mistakes);
  return near[0]?.name;
}

/** Edits that make one text of the other; two swapped neighbours are one (optimal string alignment distance). */
export function countMistakes(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  const cost = (row: number, column: number) => rows[row]?.[column] ?? Number.POSITIVE_INFINITY;
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    rows.push(row);
    for (let j = 1; j <= b.length; j++) {
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row[j] = Math.min(
        cost(i - 1, j) + 1,
        cost(i, j - 1) + 1,
        cost(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1),
        isSwap ? cost(i - 2, j - 2) + 1 : Number.POSITIVE_INFINITY,
      );
    }
  }
  return cost(a.length, b.length);
}
