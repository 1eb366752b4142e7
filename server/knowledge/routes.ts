import type pg from 'pg';
import type { RouteSpec } from '../http/route.ts';
import { baseRoutes } from './bases/base-routes.ts';
import { documentRoutes } from './documents/document-routes.ts';
import type { EmbedderFor } from './embeddings/embedder.ts';
import type { SearchDeps } from './search/search-passages.ts';
import { suggestionRoutes } from './suggestions/suggestion-routes.ts';

export type KnowledgeRoutesDeps = {
  pool: pg.Pool;
  search: SearchDeps;
  embedderFor: EmbedderFor;
  /** A document has something to ingest. */
  onDocument: () => void;
  /** Passages are gone from the database: their vectors are to go too. Never throws. */
  forget: (workspaceId: string, chunkIds: readonly string[]) => Promise<void>;
};

/** Every call of knowledge: bases, documents, search, suggestions. */
export function knowledgeRoutes(deps: KnowledgeRoutesDeps): RouteSpec[] {
  return [...baseRoutes(deps), ...documentRoutes(deps), ...suggestionRoutes(deps)];
}
