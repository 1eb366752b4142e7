import type { FaqAnswer } from '../../../engine/services.ts';
import { pairOfText } from '../passages.ts';
import { matchTerm, searchableText, searchTerms } from '../search-terms.ts';
import type { SearchDeps } from './search-passages.ts';
import { searchPassages } from './search-passages.ts';

const CANDIDATES = 20;

/**
 * The stored pair whose question is most like the one asked: by its words in both directions, or by meaning where there is
 * an embedding provider, whichever says more.
 * @returns null when none reaches `threshold` (0 to 1)
 */
export async function findFaq(
  deps: SearchDeps,
  workspaceId: string,
  asked: { knowledgeBaseId: string | null; question: string; threshold: number },
  signal: AbortSignal,
): Promise<FaqAnswer | null> {
  const { passages } = await searchPassages(
    deps,
    workspaceId,
    { knowledgeBaseId: asked.knowledgeBaseId, query: asked.question, limit: CANDIDATES, sources: ['faq'] },
    signal,
  );
  const answers = passages
    .map(({ id, documentId, text, why }) => {
      const { question, answer } = pairOfText(text);
      const score = Math.max(likeness(asked.question, question), why.meaning?.similarity ?? 0);
      return { id, documentId, question, answer, score: Math.round(score * 10_000) / 10_000 };
    })
    .filter(({ answer, score }) => answer !== '' && score >= asked.threshold);
  return answers.sort((a, b) => b.score - a.score)[0] ?? null;
}

/**
 * How much two questions ask for the same, 0 to 1: the part of each one's words that the other has too, and the harmonic mean
 * of both, so that neither a single common word nor a long list of questions in one is enough.
 */
export function likeness(one: string, other: string): number {
  const forth = coverage(one, other);
  const back = coverage(other, one);
  return forth + back === 0 ? 0 : (2 * forth * back) / (forth + back);
}

function coverage(of: string, by: string): number {
  const terms = searchTerms(of);
  const words = searchableText(by).match(/[\p{L}\p{N}]+/gu) ?? [];
  if (terms.length === 0) return 0;
  return terms.reduce((sum, term) => sum + matchTerm(term, words), 0) / terms.length;
}
