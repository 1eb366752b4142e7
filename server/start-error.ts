/** The process can't start, for a reason that a person can remove. The message is one line for the terminal. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
