import { z } from 'zod';
import type { FakeServer } from '../vector-stores/testing/fake-server.ts';
import { startFakeServer } from '../vector-stores/testing/fake-server.ts';

const requestSchema = z.object({
  model: z.string(),
  input: z.union([z.string().transform((text) => [text]), z.array(z.string()).max(2_048)]),
  encoding_format: z.literal('float'),
  dimensions: z.number().optional(),
});
export type EmbeddingRequest = z.output<typeof requestSchema> & { authorization: string | undefined };

const USUAL_DIMENSION = 64;
/** Words of one line mean the same to this model. */
const MEANINGS = [
  ['dog', 'puppy', 'hound', 'pooch'],
  ['forbidden', 'prohibited', 'banned', 'disallowed'],
  ['sofa', 'couch', 'settee'],
];

/**
 * A server that speaks OpenAI's protocol of embeddings. Its model counts words, each in a place of its own by a hash; words
 * that mean the same share a place.
 */
export async function startFakeEmbeddings(): Promise<
  FakeServer & { requests: EmbeddingRequest[]; textsOf: () => string[] }
> {
  const requests: EmbeddingRequest[] = [];
  const server = await startFakeServer(({ path, body, headers }) => {
    if (path !== '/v1/embeddings') return { status: 404, body: { error: { message: 'no such path' } } };
    const request = requestSchema.parse(body);
    requests.push({ ...request, authorization: headers.authorization });
    const data = request.input.map((text, index) => ({
      object: 'embedding',
      index,
      embedding: embed(text, request.dimensions ?? USUAL_DIMENSION),
    }));
    const tokens = request.input.join(' ').split(/\s+/).length;
    const usage = { prompt_tokens: tokens, total_tokens: tokens };
    return { status: 200, body: { object: 'list', model: request.model, data: data.reverse(), usage } };
  });
  return {
    ...server,
    url: `${server.url}/v1`,
    requests,
    textsOf: () => requests.flatMap(({ input }) => input),
  };
}

function embed(text: string, dimension: number): number[] {
  const vector = new Array<number>(dimension).fill(0);
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]{3,}/gu) ?? []) {
    const meaning = MEANINGS.find((words) => words.some((each) => word.startsWith(each)))?.[0] ?? word;
    vector[placeOf(meaning, dimension)]! += 1;
  }
  // No text has a vector without a direction.
  return vector.some((value) => value > 0) ? vector : vector.with(0, 1);
}

function placeOf(word: string, dimension: number): number {
  let hash = 2_166_136_261;
  for (const letter of word) hash = Math.imul(hash ^ letter.codePointAt(0)!, 16_777_619) >>> 0;
  return hash % dimension;
}
