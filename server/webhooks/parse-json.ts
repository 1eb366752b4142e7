/** Somewhere in the text a number of 16 digits or more stands bare: it may be too large for a JavaScript number. */
const HAS_LONG_NUMBER = /[:,[]\s*-?\d{16}/;

/**
 * Parses JSON; whole numbers that a JavaScript number can't hold come as text. Ids of Instagram have 17 digits, and two of
 * them that were rounded would look the same.
 * @throws SyntaxError when it is not JSON
 */
export function parseJson(text: string): unknown {
  if (!HAS_LONG_NUMBER.test(text)) return JSON.parse(text);
  try {
    return JSON.parse(text, keepLongNumber);
  } catch (error) {
    // Reviving descends by recursion, plain parsing does not.
    if (error instanceof RangeError) return JSON.parse(text);
    throw error;
  }
}

/** `context.source` is the number as it was written (ECMAScript, "JSON.parse source text access"). */
function keepLongNumber(_key: string, value: unknown, context?: { source?: string }): unknown {
  const isRounded = typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value);
  return isRounded ? (context?.source ?? value) : value;
}
