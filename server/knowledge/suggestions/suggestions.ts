import type pg from 'pg';
import type { Suggestion } from '../../contract/knowledge.ts';
import { newId } from '../../database/id.ts';
import { inTransaction } from '../../executions/transaction.ts';
import type { PageKey } from '../../http/page-cursor.ts';
import { conflict, HttpProblem, notFound } from '../../http/problem.ts';
import { insertDocument } from '../documents/store-document.ts';
import { MOST_ANSWER_CHARACTERS, MOST_QUESTION_CHARACTERS } from '../limits.ts';
import { hashOf } from '../text-hash.ts';

/** Suggestions of a workspace that wait for a person; flows must not fill the table. */
const MOST_PENDING = 1_000;

/**
 * Puts a question with its answer before a person. The same step of the same execution suggests once; the same pair that
 * waits already is not shown twice.
 * @param suggested `knowledgeBaseId`: null for the oldest base
 * @returns null without such a base in the workspace
 */
export async function storeSuggestion(
  pool: pg.Pool,
  workspaceId: string,
  suggested: {
    knowledgeBaseId: string | null;
    question: string;
    answer: string;
    executionId: string;
    nodeId: string;
  },
): Promise<string | null> {
  const { rows } = await pool.query<{ id: string }>(
    `with base as (
       select id from knowledge_bases where workspace_id = $2 and ($3::uuid is null or id = $3)
       order by created_at, id limit 1),
     known as (
       select id from knowledge_suggestions where workspace_id = $2
         and ((execution_id = $6::uuid and node_id = $7)
           or (status = 'pending' and knowledge_base_id = (select id from base) and question = $4 and answer = $5))
       limit 1),
     oldest as (
       delete from knowledge_suggestions where id in (
         select id from knowledge_suggestions where workspace_id = $2 and status = 'pending'
         order by created_at desc offset $8)),
     stored as (
       insert into knowledge_suggestions
         (id, workspace_id, knowledge_base_id, question, answer, execution_id, node_id)
       select $1, $2, base.id, $4, $5, $6, $7 from base where not exists (select 1 from known)
       on conflict (execution_id, node_id) do nothing returning id)
     select id from stored union all select id from known`,
    [
      newId(),
      workspaceId,
      suggested.knowledgeBaseId,
      suggested.question.replace(/\s+/g, ' ').trim().slice(0, MOST_QUESTION_CHARACTERS),
      suggested.answer.trim().slice(0, MOST_ANSWER_CHARACTERS),
      suggested.executionId,
      suggested.nodeId,
      MOST_PENDING - 1,
    ],
  );
  return rows[0]?.id ?? null;
}

export type SuggestionRow = {
  id: string;
  knowledge_base_id: string;
  base_name: string;
  question: string;
  answer: string;
  status: Suggestion['status'];
  execution_id: string | null;
  node_id: string | null;
  decided_by_name: string | null;
  decided_at: Date | null;
  created_at: Date;
  cursorAt: string;
};

const SELECT = `
  select suggestion.id, suggestion.knowledge_base_id, base.name as base_name, suggestion.question, suggestion.answer,
         suggestion.status, suggestion.execution_id, suggestion.node_id, person.name as decided_by_name,
         suggestion.decided_at, suggestion.created_at, suggestion.created_at::text as "cursorAt"
  from knowledge_suggestions suggestion
  join knowledge_bases base on base.id = suggestion.knowledge_base_id
  left join users person on person.id = suggestion.decided_by`;

/** The newest first. @param page `limit` rows at most, those after the cursor */
export async function listSuggestions(
  pool: pg.Pool,
  workspaceId: string,
  page: {
    status: Suggestion['status'] | undefined;
    knowledgeBaseId: string | undefined;
    after: PageKey | null;
    limit: number;
  },
): Promise<SuggestionRow[]> {
  const { rows } = await pool.query<SuggestionRow>(
    `${SELECT} where suggestion.workspace_id = $1 and ($2::text is null or suggestion.status = $2)
       and ($3::uuid is null or suggestion.knowledge_base_id = $3)
       and ($4::timestamptz is null or (suggestion.created_at, suggestion.id) < ($4, $5::uuid))
     order by suggestion.created_at desc, suggestion.id desc limit $6`,
    [
      workspaceId,
      page.status ?? null,
      page.knowledgeBaseId ?? null,
      page.after?.at ?? null,
      page.after?.id ?? null,
      page.limit,
    ],
  );
  return rows;
}

export type Decision =
  | { decision: 'approved'; question?: string | undefined; answer?: string | undefined }
  | { decision: 'rejected' };

/**
 * Decides a suggestion that waits; an approved one becomes a pair of its base in the same transaction.
 * @param userId null for an API key
 * @returns the document of the pair
 * @throws HttpProblem 404; 409 when it is decided already, or the base is full
 */
export async function decideSuggestion(
  pool: pg.Pool,
  { workspaceId, id, userId }: { workspaceId: string; id: string; userId: string | null },
  decided: Decision,
): Promise<{ suggestion: SuggestionRow; documentId: string | null }> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<{
      status: string;
      knowledge_base_id: string;
      question: string;
      answer: string;
    }>(
      `select status, knowledge_base_id, question, answer from knowledge_suggestions
       where workspace_id = $1 and id = $2 for update`,
      [workspaceId, id],
    );
    const found = rows[0];
    if (!found) throw notFound('suggestion');
    if (found.status !== 'pending') {
      throw conflict('decided-already', `This suggestion was ${found.status} already.`);
    }
    const question = (decided.decision === 'approved' && decided.question) || found.question;
    const answer = (decided.decision === 'approved' && decided.answer) || found.answer;
    await client.query(
      `update knowledge_suggestions set status = $3, decided_by = $4, decided_at = now(), question = $5, answer = $6
       where workspace_id = $1 and id = $2`,
      [workspaceId, id, decided.decision, userId, question, answer],
    );
    const documentId =
      decided.decision === 'approved'
        ? await keepPair(
            client,
            { workspaceId, knowledgeBaseId: found.knowledge_base_id },
            { question, answer },
          )
        : null;
    const { rows: after } = await client.query<SuggestionRow>(`${SELECT} where suggestion.id = $1`, [id]);
    if (!after[0]) throw new HttpProblem(404, 'not-found', 'Not found', 'The suggestion is gone.');
    return { suggestion: after[0], documentId };
  });
}

async function keepPair(
  client: pg.PoolClient,
  owner: { workspaceId: string; knowledgeBaseId: string },
  pair: { question: string; answer: string },
): Promise<string> {
  return insertDocument(client, owner, {
    kind: 'read',
    title: pair.question.slice(0, 300),
    mimeType: 'text/plain',
    source: 'faq',
    sizeBytes: Buffer.byteLength(pair.question) + Buffer.byteLength(pair.answer),
    content: { kind: 'pairs', pairs: [pair] },
    contentHash: hashOf(JSON.stringify([pair])),
  });
}
