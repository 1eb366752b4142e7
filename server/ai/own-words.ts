/** Shorter messages ("hi") stand inside ordinary words. */
const SHORTEST = 4;

/**
 * The owner's instructions without the message that they may quote (`{{ trigger.comment.text }}`): what a stranger wrote
 * is data and must not be read as an instruction.
 * @param standIn what stands there instead
 */
export function ownWords(instructions: string, message: string, standIn: string): string {
  const quoted = message.trim();
  return quoted.length < SHORTEST ? instructions : instructions.replaceAll(quoted, () => standIn);
}
