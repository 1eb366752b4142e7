import type pg from 'pg';
import { NodeError } from '../../engine/errors.ts';
import type { KnowledgeService, Passage } from '../../engine/services.ts';
import type { SearchTerm } from './search-terms.ts';
import { RELATED_MATCH, searchTerms } from './search-terms.ts';

/** Chunks that the index ranks best are looked at closely. More costs time for each lookup and finds hardly more. */
const MOST_CANDIDATES = 40;
/** Part of the question's words that a passage must have; with two words or more of them less is enough. */
const LEAST_COVERAGE = 0.34;
const LEAST_COVERAGE_OF_TWO = 0.2;
const RANK_SHARE = 0.2;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Full-text lookup over the documents of one workspace. Finds other forms of a word and words that mean the same;
 * what has too little to do with the question is left out, so that an unrelated question finds nothing.
 */
export function createKnowledgeService({ pool }: { pool: pg.Pool }, workspaceId: string): KnowledgeService {
  return {
    async search({ knowledgeBase, query, limit }, signal) {
      signal.throwIfAborted();
      if (knowledgeBase && !UUID.test(knowledgeBase)) throw noSuchBase();
      const terms = searchTerms(query);
      const passages =
        terms.length === 0 ? [] : await searchChunks(pool, workspaceId, knowledgeBase || null, terms, limit);
      if (passages.length === 0 && knowledgeBase && !(await baseExists(pool, workspaceId, knowledgeBase))) {
        throw noSuchBase();
      }
      return passages;
    },
  };
}

type CandidateRow = {
  id: string;
  document_id: string;
  title: string;
  text: string;
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
    select c.id, c.document_id, c.position, c.text, c.search,
           ts_rank(c.search, to_tsquery('simple', $3), 1) as rank
    from knowledge_chunks c
    where c.workspace_id = $1
      and ($2::uuid is null or c.knowledge_base_id = $2)
      and c.search @@ (to_tsquery('simple', $3) || to_tsquery('english', $4))
    order by rank desc, c.id
    limit ${MOST_CANDIDATES}
  )
  select candidate.id, candidate.document_id, document.title, candidate.text, candidate.rank,
         (select array_agg(candidate.search @@ to_tsquery('simple', term.query) order by term.position)
          from unnest($5::text[]) with ordinality as term(query, position)) as exact,
         (select array_agg(term.query <> '' and candidate.search @@ to_tsquery('simple', term.query) order by term.position)
          from unnest($6::text[]) with ordinality as term(query, position)) as related
  from candidates candidate
  join knowledge_documents document on document.id = candidate.document_id and document.workspace_id = $1
  order by candidate.rank desc, candidate.document_id, candidate.position`;

async function searchChunks(
  pool: pg.Pool,
  workspaceId: string,
  knowledgeBase: string | null,
  terms: SearchTerm[],
  limit: number,
): Promise<Passage[]> {
  const exact = terms.map(({ stem }) => stemQuery(stem));
  const related = terms.map((term) => term.related.map(stemQuery).join(' | '));
  const anyTerm = [...exact, ...related].filter((query) => query !== '').join(' | ');
  const english = terms.map(({ word }) => `'${word}'`).join(' | ');
  const { rows } = await pool.query<CandidateRow>({
    name: 'search-knowledge',
    text: SEARCH,
    values: [workspaceId, knowledgeBase, anyTerm, english, exact, related],
  });
  return rankCandidates(rows, terms.length).slice(0, Math.max(1, Math.min(limit, 20)));
}

/** A rare word says more than one that half of the candidates have; the index's rank decides between equals. */
function rankCandidates(rows: CandidateRow[], termCount: number): Passage[] {
  const matches = rows.map((row) =>
    Array.from({ length: termCount }, (_, term) =>
      row.exact[term] ? 1 : row.related[term] ? RELATED_MATCH : 0,
    ),
  );
  const weights = Array.from({ length: termCount }, (_, term) => {
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
      return { row, score, isRelevant: isRelevant(found) };
    })
    .filter((each) => each.isRelevant)
    .sort((a, b) => b.score - a.score)
    .map(({ row, score }) => ({
      id: row.id,
      documentId: row.document_id,
      title: row.title,
      text: row.text,
      score: Math.round(score * 10_000) / 10_000,
    }));
}

function isRelevant(found: number[]): boolean {
  const count = found.filter((match) => match > 0).length;
  const coverage = found.reduce<number>((sum, match) => sum + match, 0) / found.length;
  return coverage >= (count >= 2 ? LEAST_COVERAGE_OF_TWO : LEAST_COVERAGE);
}

/** Terms hold letters and digits only (searchTerms), so that the quoted lexeme can't end early. */
const stemQuery = (stem: string) => (stem.length < 4 ? `'${stem}'` : `'${stem}':*`);

async function baseExists(pool: pg.Pool, workspaceId: string, id: string): Promise<boolean> {
  const { rowCount } = await pool.query('select 1 from knowledge_bases where workspace_id = $1 and id = $2', [
    workspaceId,
    id,
  ]);
  return rowCount === 1;
}

const noSuchBase = () =>
  new NodeError(
    'knowledge_base_not_found',
    'The knowledge base of this step does not exist any more. Choose another one in the step.',
  );
