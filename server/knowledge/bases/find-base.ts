import type pg from 'pg';
import { notFound } from '../../http/problem.ts';

export type BaseRow = {
  id: string;
  name: string;
  description: string;
  document_count: number;
  created_at: Date;
  cursorAt: string;
};

export const SELECT_BASES = `
  select base.id, base.name, base.description, base.created_at, base.created_at::text as "cursorAt",
         (select count(*)::int from knowledge_documents document
          where document.workspace_id = base.workspace_id and document.knowledge_base_id = base.id) as document_count
  from knowledge_bases base`;

/** @throws HttpProblem 404 */
export async function findBase(pool: pg.Pool, workspaceId: string, id: string): Promise<BaseRow> {
  const { rows } = await pool.query<BaseRow>(
    `${SELECT_BASES} where base.workspace_id = $1 and base.id = $2`,
    [workspaceId, id],
  );
  if (!rows[0]) throw notFound('knowledge base');
  return rows[0];
}
