import { searchTerms } from '../../knowledge/search-terms.ts';
import { splitSentences } from '../../knowledge/split-sentences.ts';
import { fitToBytes } from '../fit-to-bytes.ts';

/** Longest text that is read, in UTF-16 units. */
const LONGEST_TEXT = 50_000;
/** The first sentences of a message say what it is about. */
const FIRST_COUNTS = 1.25;

/**
 * The sentences that say most of what the text is about, in their order and in the writer's own words. Basic: it leaves out
 * rather than puts together.
 */
export function extractSummary(
  text: string,
  { sentences, maxBytes }: { sentences: number; maxBytes: number },
): string {
  const all = splitSentences(text.slice(0, LONGEST_TEXT));
  if (all.length <= sentences) return fitToBytes(all.join(' '), maxBytes);
  const termsOf = all.map((sentence) => searchTerms(sentence).map(({ stem }) => stem));
  const frequency = new Map<string, number>();
  for (const term of termsOf.flatMap((terms) => [...new Set(terms)])) {
    frequency.set(term, (frequency.get(term) ?? 0) + 1);
  }
  const ranked = termsOf.map((terms, index) => {
    const weight = terms.reduce((sum, term) => sum + (frequency.get(term) ?? 0), 0);
    return { index, score: (weight / Math.sqrt(terms.length || 1)) * (index === 0 ? FIRST_COUNTS : 1) };
  });
  const chosen = ranked
    .toSorted((a, b) => b.score - a.score || a.index - b.index)
    .slice(0, sentences)
    .sort((a, b) => a.index - b.index);
  return fitToBytes(chosen.map(({ index }) => all[index]).join(' '), maxBytes);
}
