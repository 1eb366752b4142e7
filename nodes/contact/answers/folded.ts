/** A text for comparing: small letters, no accents, single blanks, nothing around it. */
export function folded(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replace(/\s+/g, ' ').trim();
}

/** The same without what surrounds a word in a chat: "Skip!" is "skip". */
export function foldedWord(text: string): string {
  return folded(text).replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, '');
}
