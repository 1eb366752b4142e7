import { z } from 'zod';

/**
 * Schemas for what comes from outside and may change without notice: what is not needed to understand an event becomes
 * `undefined` where it is not as expected, instead of making the whole event unreadable.
 */

/** An optional part; of the wrong type, it is as if it were not there. */
export const maybe = <Schema extends z.ZodType>(schema: Schema) => schema.optional().catch(undefined);

/** Text, or a number that stands for one; cut off at `maxLength`. */
export const text = (maxLength = 20_000) =>
  z.union([z.string(), z.number()]).transform((value) => String(value).slice(0, maxLength));

/** PostgreSQL takes no NUL in a text; no id has one. */
const PRINTABLE = /^[^\p{Cc}]+$/u;

/** An id. Numbers too large to be exact come as text out of `parseJson`. */
export const identifier = (maxLength = 128) =>
  z.union([z.string().max(maxLength).regex(PRINTABLE), z.number().int().nonnegative().transform(String)]);

/** True as a boolean, as text or as 1. Flags guard against answering ourselves, so they are read generously. */
export const flag = z
  .unknown()
  .optional()
  .transform((value) => value === true || value === 'true' || value === 1 || value === '1');

/** A whole number, written as a number or as digits. */
export const wholeNumber = z.union([
  z.number().int(),
  z
    .string()
    .regex(/^\d{1,16}$/)
    .transform(Number),
]);

/** A list, cut off at `maxItems`. An item that can't be read is left out. */
export const listOf = <Schema extends z.ZodType>(schema: Schema, maxItems: number) =>
  z.array(z.unknown()).transform((items) =>
    items.slice(0, maxItems).flatMap((item) => {
      const parsed = schema.safeParse(item);
      return parsed.success ? [parsed.data] : [];
    }),
  );
