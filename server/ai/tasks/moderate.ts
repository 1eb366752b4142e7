import { z } from 'zod';
import { NodeError } from '../../../engine/errors.ts';
import type { StepUsage } from '../../../engine/node-type.ts';
import type { ModerationCategory } from '../../../engine/services.ts';
import { BUILTIN } from '../builtin/builtin-provider.ts';
import { moderate } from '../builtin/moderation.ts';
import { toNodeError } from '../provider-errors.ts';

export type ModerationScores = Record<ModerationCategory, number>;

/** Where the moderation endpoint of a workspace's provider is; null where it has no key for it. */
export type ProviderModeration = (workspaceId: string) => Promise<ModerationEndpoint | null>;

export type ModerationEndpoint = { apiKey: string; baseUrl: string; fetch?: typeof globalThis.fetch };

const MODEL = 'omni-moderation-latest';
const NAME = `openai:${MODEL}`;
const TIMEOUT_MS = 15_000;
const LONGEST_TEXT = 20_000;

/** Categories of OpenAI's endpoint (API reference, "Moderations") as ours. */
const OURS: Record<string, ModerationCategory> = {
  harassment: 'insult',
  'harassment/threatening': 'threat',
  hate: 'hate',
  'hate/threatening': 'hate',
  sexual: 'sexual',
  'sexual/minors': 'sexual',
  'self-harm': 'self_harm',
  'self-harm/intent': 'self_harm',
  'self-harm/instructions': 'self_harm',
  violence: 'violence',
  'violence/graphic': 'violence',
};

/**
 * How likely a text is each of the categories. With a key OpenAI's endpoint judges, which is free of charge; spam and links
 * are the built-in's alone, and a category counts as the higher of both.
 * @throws NodeError as of a model's failure: who can't look does not say that all is well
 */
export async function moderateText(
  { workspaceId }: { workspaceId: string },
  provider: ProviderModeration | undefined,
  text: string,
  signal: AbortSignal,
): Promise<{ scores: ModerationScores; usage: StepUsage }> {
  signal.throwIfAborted();
  const scores = moderate(text);
  const connection = (await provider?.(workspaceId)) ?? null;
  if (!connection || text.trim() === '') return { scores, usage: { model: BUILTIN } };
  const judged = await askOpenAi(connection, text, signal);
  if (judged === null) return { scores, usage: { model: BUILTIN } };
  for (const [category, score] of Object.entries(judged)) {
    const ours = OURS[category];
    if (ours) scores[ours] = Math.max(scores[ours], score);
  }
  return { scores, usage: { model: NAME } };
}

/** An answer without scores says nothing; it must not be taken for "all is well". */
const answerSchema = z.object({
  results: z.tuple([
    z.object({
      category_scores: z
        .record(
          z.string(),
          z
            .number()
            .min(0)
            .max(1)
            .nullable()
            .transform((score) => score ?? 0),
        )
        .refine((scores) => Object.keys(scores).some((name) => OURS[name])),
    }),
  ]),
});

async function askOpenAi(
  { apiKey, baseUrl, fetch }: ModerationEndpoint,
  text: string,
  signal: AbortSignal,
): Promise<Record<string, number> | null> {
  const { OpenAIClient } = await import('@langchain/openai');
  const client = new OpenAIClient({
    apiKey,
    baseURL: baseUrl,
    maxRetries: 1,
    timeout: TIMEOUT_MS,
    ...(fetch && { fetch }),
  });
  try {
    const answer = await client.moderations.create(
      { model: MODEL, input: text.slice(0, LONGEST_TEXT) },
      { signal },
    );
    const judged = answerSchema.safeParse(answer).data?.results[0];
    if (!judged) {
      throw new NodeError('moderation_unusable', `${NAME} answered without a judgement.`, {
        retryable: true,
      });
    }
    return judged.category_scores;
  } catch (error) {
    signal.throwIfAborted();
    const failure = toNodeError(error, NAME);
    // Many servers that speak OpenAI's protocol have no moderation: then it is as without a key.
    if (failure.code === 'model_not_found') return null;
    throw failure;
  }
}
