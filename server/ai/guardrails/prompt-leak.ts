import { comparableWords } from './plain-text.ts';

/** Words in a row that a text and a prompt have in common only when one was copied from the other. */
const SHARED_RULES = 7;
const SHARED_INSTRUCTIONS = 8;

/**
 * Whether a text gives away what the AI was told: a run of words of our own rules, or of the owner's instructions. What the
 * instructions have in quotation marks is meant to be said, and so is what stands in `mayBeSaid`.
 */
export function leaksPrompt(
  text: string,
  { rules, instructions, mayBeSaid }: { rules: string; instructions: string; mayBeSaid: readonly string[] },
): boolean {
  const words = comparableWords(text);
  const quoted = instructions.match(/["“„«][^"“”„«»]+["“”»]/g) ?? [];
  const allowed = runsOf([...mayBeSaid, ...quoted].join('\n\n'), SHARED_RULES);
  const own = instructions.replace(
    /(?:["“„«][^"“”„«»]+["“”»]|(?:with|exactly|mit|genau|con|com|avec)\s*:.*)/giu,
    ' ',
  );
  return (
    sharesRun(words, runsOf(rules, SHARED_RULES), SHARED_RULES, allowed) ||
    sharesRun(words, runsOf(own, SHARED_INSTRUCTIONS), SHARED_INSTRUCTIONS, allowed)
  );
}

/** Words in a row of what a stranger wrote, said again. A question is taken up in fewer. */
const SHARED_ECHO = 9;

/** Whether a text says what the stranger wrote rather than answer it. */
export function echoes(text: string, message: string, mayBeSaid: readonly string[]): boolean {
  const allowed = runsOf(mayBeSaid.join('\n\n'), SHARED_ECHO);
  return sharesRun(comparableWords(text), runsOf(message, SHARED_ECHO), SHARED_ECHO, allowed);
}

function sharesRun(words: string[], runs: Set<string>, length: number, allowed: Set<string>): boolean {
  for (let start = 0; start + length <= words.length; start++) {
    const run = words.slice(start, start + length).join(' ');
    if (runs.has(run) && ![...allowed].some((each) => run.startsWith(each))) return true;
  }
  return false;
}

function runsOf(text: string, length: number): Set<string> {
  const words = comparableWords(text);
  const runs = new Set<string>();
  for (let start = 0; start + length <= words.length; start++) {
    runs.add(words.slice(start, start + length).join(' '));
  }
  return runs;
}
