import type pg from 'pg';
import type { SearchTerm } from '../search-terms.ts';
import { RELATED_MATCH } from '../search-terms.ts';

/** Chunks that the index ranks best are looked at closely. More costs time for each lookup and finds hardly more. */
const MOST_CANDIDATES = 40;
/** Part of the question's words that a passage must have; with two words or more of them less is enough. */
const LEAST_COVERAGE = 0.34;
const LEAST_COVERAGE_OF_TWO = 0.2;
const RANK_SHARE = 0.2;

/** Where to look; null: everywhere in the workspace. */
export type SearchPlace = {
  workspaceId: string;
  knowledgeBaseId: string | null;
  documentIds: string[] | null;
};

export type FoundByWords = {
  chunkId: string;
  /** 0 to 1: which part of the question's words it has, rare ones counting more. */
  score: number;
  /** Words of the question that it has, and those for which it has one that means the same. */
  matched: string[];
  related: string[];
};

type CandidateRow = {
  id: string;
  rank: number;
  /** For each term whether the chunk has it, and whether it has a word that means the same. */
  exact: boolean[];
  related: boolean[];
};

/**
 * $3 finds candidates by any word of the question or a related one, $4 by English stems; then each candidate is asked for
 * every single term. `ts_rank`, not `ts_rank_cd`: that one takes ten times as long where many chunks have the words, and
 * the order is decided by coverage afterwards.
 */
const SEARCH = `
  with candidates as (
    select c.id, c.document_id, c.position, c.search,
           ts_rank(c.search, to_tsquery('simple', $3), 1) as rank
    from knowledge_chunks c
    where c.workspace_id = $1
      and ($2::uuid is null or c.knowledge_base_id = $2)
      and ($7::uuid[] is null or c.document_id = any($7))
      and c.search @@ (to_tsquery('simple', $3) || to_tsquery('english', $4))
    order by rank desc, c.id
    limit ${MOST_CANDIDATES}
  )
  select candidate.id, candidate.rank,
         (select array_agg(candidate.search @@ to_tsquery('simple', term.query) order by term.position)
          from unnest($5::text[]) with ordinality as term(query, position)) as exact,
         (select array_agg(term.query <> '' and candidate.search @@ to_tsquery('simple', term.query) order by term.position)
          from unnest($6::text[]) with ordinality as term(query, position)) as related
  from candidates candidate
  order by candidate.rank desc, candidate.document_id, candidate.position`;

/**
 * Passages that have words of the question, best first. Finds other forms of a word and words that mean the same; what has
 * too little to do with the question is left out, so that an unrelated question finds nothing.
 */
export async function searchByWords(
  pool: pg.Pool,
  { workspaceId, knowledgeBaseId, documentIds }: SearchPlace,
  terms: readonly SearchTerm[],
): Promise<FoundByWords[]> {
  if (terms.length === 0) return [];
  const exact = terms.map(({ stem }) => stemQuery(stem));
  const related = terms.map((term) => term.related.map(stemQuery).join(' | '));
  const anyTerm = [...exact, ...related].filter((query) => query !== '').join(' | ');
  const english = terms.map(({ word }) => `'${word}'`).join(' | ');
  const { rows } = await pool.query<CandidateRow>({
    name: 'search-knowledge',
    text: SEARCH,
    values: [workspaceId, knowledgeBaseId, anyTerm, english, exact, related, documentIds],
  });
  return rankCandidates(rows, terms);
}

/** A rare word says more than one that half of the candidates have; the index's rank decides between equals. */
function rankCandidates(rows: CandidateRow[], terms: readonly SearchTerm[]): FoundByWords[] {
  const matches = rows.map((row) =>
    terms.map((_, term) => (row.exact[term] ? 1 : row.related[term] ? RELATED_MATCH : 0)),
  );
  const weights = terms.map((_, term) => {
    const having = matches.filter((each) => each[term]! > 0).length;
    return 1 + Math.log((rows.length + 1) / (having + 1)) / 2;
  });
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  const bestRank = Math.max(...rows.map((row) => row.rank), Number.MIN_VALUE);
  return rows
    .map((row, index) => {
      const found = matches[index]!;
      const covered = found.reduce<number>((sum, match, term) => sum + match * weights[term]!, 0) / all;
      const score = covered * (1 - RANK_SHARE) + (row.rank / bestRank) * RANK_SHARE;
      return { row, found, score };
    })
    .filter(({ found }) => isRelevant(found))
    .sort((a, b) => b.score - a.score)
    .map(({ row, score }) => ({
      chunkId: row.id,
      score: Math.round(score * 10_000) / 10_000,
      matched: terms.filter((_, term) => row.exact[term]).map(({ word }) => word),
      related: terms.filter((_, term) => !row.exact[term] && row.related[term]).map(({ word }) => word),
    }));
}

function isRelevant(found: number[]): boolean {
  const count = found.filter((match) => match > 0).length;
  const coverage = found.reduce<number>((sum, match) => sum + match, 0) / found.length;
  return coverage >= (count >= 2 ? LEAST_COVERAGE_OF_TWO : LEAST_COVERAGE);
}

/** Terms hold letters and digits only (searchTerms), so that the quoted lexeme can't end early. */
const stemQuery = (stem: string) => (stem.length < 4 ? `'${stem}'` : `'${stem}':*`);
