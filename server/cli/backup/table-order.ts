/** A foreign key: rows of `from` point to rows of `to`. */
export type Reference = { from: string; to: string };

/**
 * Tables in an order in which every row's references are there before the row; of those that are free, the first by
 * name. A table that refers to itself is no obstacle: the check comes at the end of its COPY.
 * @throws Error that names the tables of a cycle
 */
export function orderByReferences(tables: string[], references: Reference[]): string[] {
  const ordered: string[] = [];
  const remaining = new Set([...tables].sort());
  while (remaining.size > 0) {
    const next = [...remaining].find((table) =>
      references.every(({ from, to }) => from !== table || to === table || !remaining.has(to)),
    );
    if (next === undefined) {
      throw new Error(`These tables refer to each other in a circle: ${[...remaining].join(', ')}.`);
    }
    remaining.delete(next);
    ordered.push(next);
  }
  return ordered;
}
