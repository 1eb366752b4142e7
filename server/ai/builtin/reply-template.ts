const NOT_BEFORE = "never|not|don't|dont|nicht|nie|niemals|nunca|no|jamais|pas|mai|non|nao|não";
const VERBS =
  'reply|answer|respond|say|write|send|antworte|antworten|schreibe|sage|responde|responder|contesta|réponds|répondre|rispondi|rispondere|responda';
const FILLERS =
  '(?:\\s+(?:with|exactly|only|just|always|this|the|following|text|sentence|message|them|back|immer|genau|nur|mit|siempre|con|sempre|com|toujours|avec|par))*';
const BEGINNING = `(?<!(?:^|\\s)(?:${NOT_BEFORE})\\s+)\\b(?:${VERBS})\\b`;

/** `Reply with: "…"`, `Answer exactly “…”`. A name in quotation marks elsewhere is no template. */
const QUOTED = new RegExp(`${BEGINNING}${FILLERS}\\s*:?\\s*["“„«](?<text>[^"“”„«»\\n]{2,2000})["“”»]`, 'iu');
/** `Reply with: …` to the end of the line. */
const TO_LINE_END = new RegExp(
  `${BEGINNING}${FILLERS}\\s+(?:with|exactly|this|mit|genau|con|com|avec|par)\\s*:[ \\t]*(?<text>[^\\s"“„«][^\\n]{1,2000})`,
  'iu',
);

/**
 * The text that the instructions give word for word, or null. `{username}` and `{answer}` in it stand for the person and
 * for what the passages say.
 */
export function findReplyTemplate(instructions: string): string | null {
  const found = QUOTED.exec(instructions) ?? TO_LINE_END.exec(instructions);
  return found?.groups?.text?.trim() || null;
}
