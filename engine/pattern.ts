import { RE2JS } from 're2js';

const LONGEST_PATTERN = 1_000;
const KEPT_PATTERNS = 1_000;
const compiled = new Map<string, RE2JS>();

/**
 * Whether a regular expression is found in a text, in time linear to the text whatever the pattern (RE2; no look-around, no
 * back-references). Upper and lower case are the same.
 * @throws Error when the pattern is not valid RE2
 */
export function matchesPattern(pattern: string, text: string): boolean {
  return compilePattern(pattern).test(text);
}

/** Why a pattern can't be used, in words; null when it can. */
export function patternProblem(pattern: string): string | null {
  try {
    compilePattern(pattern);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function compilePattern(pattern: string): RE2JS {
  const known = compiled.get(pattern);
  if (known) return known;
  if (pattern.length > LONGEST_PATTERN) {
    throw new Error(`the pattern is longer than ${LONGEST_PATTERN} characters`);
  }
  const fresh = RE2JS.compile(pattern, RE2JS.CASE_INSENSITIVE);
  if (compiled.size >= KEPT_PATTERNS) compiled.delete(compiled.keys().next().value!);
  compiled.set(pattern, fresh);
  return fresh;
}
