import { NodeError } from './errors.ts';

/** Largest JSON of one step's output, in characters. Larger things belong in storage, with an id in the output. */
export const LARGEST_OUTPUT = 256 * 1024;

const DEEPEST_LEVEL = 100;

/**
 * The value as it will come back from the journal, so that a run that goes on after a crash sees the same as one that did not
 * crash: dates become text, what JSON has no word for is dropped, and so are the NUL characters and broken surrogates that
 * PostgreSQL refuses. A value that is plain JSON already is returned as it is.
 * @throws NodeError `output_too_large` or `output_not_json`
 */
export function plainJson(value: unknown, what: string, largest = LARGEST_OUTPUT): unknown {
  if (value === undefined) return null;
  const budget = { left: largest, what, largest };
  if (isPlain(value, budget, 0)) return value;
  const text = stringify(value, what);
  if (text === undefined) return null;
  if (text.length > largest) throw tooLarge(budget);
  return clean(JSON.parse(text));
}

type Budget = { left: number; what: string; largest: number };

function isPlain(value: unknown, budget: Budget, depth: number): boolean {
  switch (typeof value) {
    case 'string':
      spend(budget, value.length + 2);
      return isCleanText(value);
    case 'number':
      spend(budget, 8);
      return Number.isFinite(value);
    case 'boolean':
      spend(budget, 5);
      return true;
    case 'object':
      break;
    default:
      return false;
  }
  if (value === null) return true;
  if (depth > DEEPEST_LEVEL) throw notJson(budget.what, `it is nested deeper than ${DEEPEST_LEVEL} levels`);
  spend(budget, 2);
  if (Array.isArray(value)) return value.every((item) => isPlain(item, budget, depth + 1));
  const prototype = Object.getPrototypeOf(value);
  if ((prototype !== Object.prototype && prototype !== null) || 'toJSON' in value) return false;
  for (const key of Object.keys(value)) {
    spend(budget, key.length + 4);
    if (!isCleanText(key) || !isPlain((value as Record<string, unknown>)[key], budget, depth + 1))
      return false;
  }
  return true;
}

function spend(budget: Budget, characters: number): void {
  budget.left -= characters;
  if (budget.left < 0) throw tooLarge(budget);
}

function isCleanText(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}

function cleanText(text: string): string {
  return text.toWellFormed().replaceAll('\0', '');
}

/** `value` comes from `JSON.parse`; its depth is that of what `JSON.stringify` could take. */
function clean(value: unknown): unknown {
  if (typeof value === 'string') return cleanText(value);
  if (Array.isArray(value)) return value.map(clean);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [cleanText(key), clean(item)]));
}

function stringify(value: unknown, what: string): string | undefined {
  try {
    return JSON.stringify(value, (_, item) => (typeof item === 'bigint' ? String(item) : item));
  } catch (error) {
    throw notJson(what, error instanceof Error ? error.message.split('\n')[0]! : String(error));
  }
}

function tooLarge({ what, largest }: Budget): NodeError {
  return new NodeError(
    'output_too_large',
    `${what} is larger than ${Math.floor(largest / 1024)} KB. Keep only the fields that later steps need.`,
  );
}

function notJson(what: string, reason: string): NodeError {
  return new NodeError('output_not_json', `${what} can't be kept as JSON: ${reason}.`);
}
