import { z } from 'zod';

/** How a payload or `ref`, which programs wrote, is compared: letter by letter, unlike what people write. */
export const nameMatchSchema = z.enum(['exact', 'prefix']);

/** Whether a name is one of those wanted, or begins with one. None wanted: every name, also a missing one. */
export function matchesName(
  name: string | undefined,
  wanted: readonly string[],
  match: z.output<typeof nameMatchSchema>,
): boolean {
  if (wanted.length === 0) return true;
  if (name === undefined) return false;
  return wanted.some((one) => (match === 'exact' ? name === one : name.startsWith(one)));
}

/** A list of such names. */
export const namesField = (hints: { title: string; description: string; placeholder: string }) =>
  z
    .array(z.string().trim().min(1).max(1_000))
    .max(100)
    .default([])
    .meta({ ...hints, widget: 'tags', template: false });
