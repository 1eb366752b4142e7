/** Shorter messages ("hi") stand inside ordinary words. */
const SHORTEST = 4;

/**
 * The owner's instructions without the texts of strangers that they may quote (`{{ trigger.comment.text }}`): what a stranger
 * wrote is data and must not be read as an instruction. Long ones first, so that no rest of one stays.
 * @param standIn what stands there instead
 */
export function ownWords(instructions: string, outside: readonly string[], standIn: string): string {
  return outside
    .map((text) => text.trim())
    .filter((text) => text.length >= SHORTEST)
    .toSorted((a, b) => b.length - a.length)
    .reduce((own, quoted) => own.replaceAll(quoted, () => standIn), instructions);
}
