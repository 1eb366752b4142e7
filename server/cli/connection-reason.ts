/** Why a server could not be used, in its own words: those name hosts and logins, never passwords. */
export function reasonWithoutLogin(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Several addresses of one name were tried.
  const [first] = error instanceof AggregateError ? error.errors : [error];
  const message = first instanceof Error ? first.message.split('\n')[0] : '';
  const code = 'code' in error ? String(error.code) : '';
  return message || code || 'no reason given';
}
