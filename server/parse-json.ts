/** What the text says as JSON, to be given to a schema; undefined, which no schema of ours takes, where it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
