import { z } from 'zod';

/** The shapes of the API of documents, their ingestion and suggestions; what was there before stands in shapes.ts. */

const question = z.string().trim().min(1).max(500);
const answer = z.string().trim().min(1).max(4_000);
const title = z.string().trim().min(1).max(300);

export const documentStatusSchema = z.enum(['queued', 'reading', 'embedding', 'ready', 'failed']);
export type DocumentStatus = z.output<typeof documentStatusSchema>;
export const documentSourceSchema = z.enum(['text', 'upload', 'url', 'faq']);

/** What a document knows of its ingestion. */
export const documentProgressSchema = z.object({
  status: documentStatusSchema,
  /** Pages read and pages in all; null where it has no pages. */
  pagesRead: z.number().int().nullable(),
  pageCount: z.number().int().nullable(),
  chunkCount: z.number().int(),
  /** Passages that are found by their meaning too. */
  embeddedCount: z.number().int(),
  /** Why it failed, or why it is tried again later. */
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
});
export type DocumentProgress = z.output<typeof documentProgressSchema>;

/** A page of the web, a question with its answer, or several of them; a text is in shapes.ts. */
export const urlDocumentRequestSchema = z.strictObject({
  url: z
    .string()
    .max(2_000)
    .refine((text) => /^https?:\/\//i.test(text) && URL.canParse(text), {
      message: 'must be an address that begins with https:// or http://',
    })
    .refine((text) => !URL.canParse(text) || new URL(text).username === '', {
      message: 'must not hold a user or a password: everybody here can read it',
    }),
  title: title.optional(),
});
export const pairDocumentRequestSchema = z.strictObject({ question, answer });
export const pairsDocumentRequestSchema = z.strictObject({
  title,
  pairs: z.array(z.strictObject({ question, answer })).min(1).max(500),
});

export const searchFilterSchema = z.object({
  /** Only passages of these documents. */
  documentIds: z.array(z.uuid()).min(1).max(200).optional(),
  sources: z.array(documentSourceSchema).min(1).optional(),
  /** Passages found by meaning alone need at least this cosine similarity; without it the usual of the model. */
  minSimilarity: z.number().min(0).max(1).optional(),
});

/** Why a passage was found. `rank` 1 is the best of its list. */
export const passageWhySchema = z.object({
  words: z
    .object({
      rank: z.number().int(),
      score: z.number(),
      /** Words of the question that stand in the passage. */
      matched: z.array(z.string()),
      /** Words of the question for which the passage has one that means the same. */
      related: z.array(z.string()),
    })
    .optional(),
  meaning: z.object({ rank: z.number().int(), similarity: z.number() }).optional(),
});
export type PassageWhy = z.output<typeof passageWhySchema>;

/** Which ways of finding a search used: without an embedding provider there are words alone. */
export const searchedBySchema = z.object({
  words: z.literal(true),
  /** `provider:model@dimension`; null without one, or while it does not answer. */
  meaning: z.string().nullable(),
  vectorStore: z.enum(['pgvector', 'scan', 'pinecone', 'qdrant']),
});

export const suggestionStatusSchema = z.enum(['pending', 'approved', 'rejected']);
export const suggestionSchema = z.object({
  id: z.uuid(),
  knowledgeBaseId: z.uuid(),
  knowledgeBaseName: z.string(),
  question: z.string(),
  answer: z.string(),
  status: suggestionStatusSchema,
  executionId: z.uuid().nullable(),
  nodeId: z.string().nullable(),
  decidedBy: z.string().nullable(),
  decidedAt: z.iso.datetime().nullable(),
  createdAt: z.iso.datetime(),
});
export type Suggestion = z.output<typeof suggestionSchema>;
/** A person may put it better before it is kept. */
export const approveSuggestionRequestSchema = z.object({
  question: question.optional(),
  answer: answer.optional(),
});
