/** The placeholder (`$3`) of every part that has something to write; null for the others, which the text leaves out. */
export type Placeholders<Part extends string> = Record<Part, string | null>;

export type Statement = { name: string; text: string; values: unknown[] };

/**
 * A prepared statement that is made only of what a batch needs: PostgreSQL sets up every part of a statement for every
 * call, whether or not it then finds a row, and for a single webhook that is most of the work.
 * @param parts in the order of their parameters
 * @param write the text, the same for the same parts
 * @returns makes the statement for values by part; a part whose value is undefined is left out
 */
export function statementOfParts<Part extends string>(
  name: string,
  parts: readonly Part[],
  write: (placeholders: Placeholders<Part>) => string,
): (values: Record<Part, unknown>) => Statement {
  const texts = new Map<number, string>();

  function textOf(present: readonly Part[]): string {
    const placeholders = Object.fromEntries(
      parts.map((part) => [part, present.includes(part) ? `$${present.indexOf(part) + 1}` : null]),
    );
    return write(placeholders as Placeholders<Part>);
  }

  return (values) => {
    const present = parts.filter((part) => values[part] !== undefined);
    // A number, because PostgreSQL looks at the first 63 characters of a name only.
    const variant = parts.reduce(
      (sum, part, place) => sum + (values[part] === undefined ? 0 : 2 ** place),
      0,
    );
    const text = texts.get(variant) ?? textOf(present);
    texts.set(variant, text);
    return { name: `${name}-${variant}`, text, values: present.map((part) => values[part]) };
  };
}
