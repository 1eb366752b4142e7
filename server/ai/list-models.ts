import { z } from 'zod';
import type { AiModels } from '../contract/ai.ts';
import type { Fetch } from './checked-fetch.ts';
import type { Connection } from './connections.ts';
import { readableKey } from './connections.ts';
import { toNodeError } from './provider-errors.ts';
import { PROVIDERS } from './providers.ts';

const WITHIN_MS = 10_000;
const MOST_BYTES = 4 * 1024 * 1024;
/** OpenRouter has several hundred; more than this nobody looks through. */
const MOST_MODELS = 1_000;

const listed = z.object({ id: z.string().max(200), name: z.string().max(200).optional().catch(undefined) });
/** OpenAI and all that speak like it: `data[].id`. Anthropic: `data[].id, display_name`. Google: `models[].name`. */
const answerSchema = z.object({
  data: z
    .array(z.looseObject({ id: z.string(), display_name: z.string().optional() }).catch({ id: '' }))
    .optional(),
  models: z
    .array(
      z
        .looseObject({
          name: z.string(),
          displayName: z.string().optional(),
          supportedGenerationMethods: z.array(z.string()).optional(),
        })
        .catch({ name: '' }),
    )
    .optional(),
});

/**
 * The models that a key may use, by name.
 * @param fetchOwn for addresses that people of the workspace gave
 * @throws NodeError `model_key_refused`, `model_unreachable` …
 */
export async function listModels(connection: Connection, fetchOwn: Fetch): Promise<AiModels> {
  const { label } = PROVIDERS[connection.provider];
  const { url, headers } = requestOf(connection);
  try {
    const call = connection.isOwnUrl ? fetchOwn : fetch;
    const response = await call(url, { headers, signal: AbortSignal.timeout(WITHIN_MS), redirect: 'error' });
    if (!response.ok) {
      await response.body?.cancel();
      throw Object.assign(new Error('refused'), { status: response.status, headers: response.headers });
    }
    const answer = answerSchema.parse(JSON.parse(await textOf(response)));
    return toModels(answer);
  } catch (error) {
    throw toNodeError(error, label);
  }
}

function requestOf(connection: Connection): { url: string; headers: Record<string, string> } {
  const { provider, baseUrl } = connection;
  const key = readableKey(connection);
  switch (PROVIDERS[provider].protocol) {
    case 'anthropic':
      return {
        url: `${baseUrl}/v1/models?limit=${MOST_MODELS}`,
        headers: { 'x-api-key': key, 'anthropic-version': '2023-06-01' },
      };
    case 'google':
      return { url: `${baseUrl}/v1beta/models?pageSize=${MOST_MODELS}`, headers: { 'x-goog-api-key': key } };
    case 'openai':
      return { url: `${baseUrl}/models`, headers: key ? { authorization: `Bearer ${key}` } : {} };
  }
}

async function textOf(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > MOST_BYTES) throw new Error('The list of models is too long.');
    text += decoder.decode(chunk, { stream: true });
  }
  return text;
}

function toModels({ data, models }: z.output<typeof answerSchema>): AiModels {
  const all = [
    ...(data ?? []).map(({ id, display_name }) => ({ id, name: display_name })),
    ...(models ?? [])
      .filter(({ supportedGenerationMethods: methods }) => !methods || methods.includes('generateContent'))
      .map(({ name, displayName }) => ({ id: name.replace(/^models\//, ''), name: displayName })),
  ];
  const good = all
    .flatMap((each) => listed.safeParse(each).data ?? [])
    .filter(({ id }) => id !== '')
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
  return {
    items: good.slice(0, MOST_MODELS).map(({ id, name }) => ({ id, name: name ?? null })),
    isCapped: good.length > MOST_MODELS,
  };
}
