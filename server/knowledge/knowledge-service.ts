import { NodeError } from '../../engine/errors.ts';
import type { KnowledgeService } from '../../engine/services.ts';
import { isUuid } from '../database/id.ts';
import { findFaq } from './search/find-faq.ts';
import type { SearchDeps } from './search/search-passages.ts';
import { searchPassages } from './search/search-passages.ts';
import { storeSuggestion } from './suggestions/suggestions.ts';

/** What flows of one workspace may ask of its knowledge. @throws NodeError `knowledge_base_not_found` */
export function createKnowledgeService(deps: SearchDeps, workspaceId: string): KnowledgeService {
  const { pool } = deps;

  /** A base that is gone is told only where nothing was found: it costs a question of its own. */
  async function orNoSuchBase<T>(
    knowledgeBase: string | undefined,
    found: T,
    isEmpty: (found: T) => boolean,
  ): Promise<T> {
    if (knowledgeBase && isEmpty(found) && !(await baseExists(knowledgeBase))) throw noSuchBase();
    return found;
  }

  async function baseExists(id: string): Promise<boolean> {
    const { rowCount } = await pool.query(
      'select 1 from knowledge_bases where workspace_id = $1 and id = $2',
      [workspaceId, id],
    );
    return rowCount === 1;
  }

  return {
    async search({ knowledgeBase, query, limit, sources = [] }, signal) {
      const asked = { knowledgeBaseId: baseId(knowledgeBase), query, limit };
      const search = sources.length === 0 ? asked : { ...asked, sources };
      const { passages } = await searchPassages(deps, workspaceId, search, signal);
      const plain = passages.map(({ why: _, ...passage }) => passage);
      return orNoSuchBase(knowledgeBase, plain, ({ length }) => length === 0);
    },
    async faq({ knowledgeBase, question, threshold }, signal) {
      const asked = { knowledgeBaseId: baseId(knowledgeBase), question, threshold };
      const found = await findFaq(deps, workspaceId, asked, signal);
      return orNoSuchBase(knowledgeBase, found, (answer) => answer === null);
    },
    async remember(request, signal) {
      signal.throwIfAborted();
      const knowledgeBaseId = baseId(request.knowledgeBase);
      const suggestionId = await storeSuggestion(pool, workspaceId, { ...request, knowledgeBaseId });
      if (suggestionId === null) throw knowledgeBaseId === null ? noBase() : noSuchBase();
      return { suggestionId };
    },
  };
}

function baseId(knowledgeBase: string | undefined): string | null {
  if (!knowledgeBase) return null;
  if (!isUuid(knowledgeBase)) throw noSuchBase();
  return knowledgeBase;
}

const noSuchBase = () =>
  new NodeError(
    'knowledge_base_not_found',
    'The knowledge base of this step does not exist any more. Choose another one in the step.',
  );

const noBase = () =>
  new NodeError(
    'no_knowledge_base',
    'There is no knowledge base to remember it in. Create one on the Knowledge page.',
  );
