import { NodeError } from '../../../engine/errors.ts';
import { CircuitBreaker } from '../../circuit-breaker.ts';
import type { Logger } from '../../log.ts';
import { LruMap } from '../../lru-map.ts';
import type { Embedder } from './embedder.ts';
import { EmbeddingError } from './embedder.ts';
import type { EmbeddingMeter } from './meter.ts';
import { embedMetered } from './meter.ts';

/** A person waits: later than this, an answer found by words alone is the better one. */
const TIMEOUT_MS = 4_000;
const MOST_QUESTIONS = 1_000;

/** The vector of a question; null while the provider does not answer or the day's budget is used up. Never throws, except when `signal` is aborted. */
export type EmbedQuestion = (
  workspaceId: string,
  embedder: Embedder,
  question: string,
  signal: AbortSignal,
) => Promise<Float32Array | null>;

/** Embeds questions, remembers the latest, and asks nobody for a while who keeps failing. */
export function createQuestionEmbedder({
  log,
  meter,
}: {
  log: Logger;
  meter: EmbeddingMeter;
}): EmbedQuestion {
  const known = new LruMap<string, Float32Array>(MOST_QUESTIONS);
  const breaker = new CircuitBreaker();

  return async (workspaceId, embedder, question, signal) => {
    const key = `${embedder.name} ${question}`;
    const remembered = known.get(key);
    if (remembered) return remembered;
    const circuit = `${workspaceId} ${embedder.name}`;
    const passage = breaker.enter(circuit);
    if (!passage.mayCall) return null;
    try {
      const limit = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
      const { vectors } = await embedMetered(
        meter,
        embedder,
        { workspaceId, texts: [question], kind: 'question' },
        limit,
      );
      breaker.record(circuit, passage.isProbe, 'answered');
      const vector = vectors[0];
      if (vector) known.set(key, vector);
      return vector ?? null;
    } catch (error) {
      if (signal.aborted) {
        breaker.release(circuit, passage.isProbe);
        signal.throwIfAborted();
      }
      // The provider was not asked.
      if (error instanceof NodeError) {
        breaker.release(circuit, passage.isProbe);
        return null;
      }
      breaker.record(circuit, passage.isProbe, 'failed');
      const code = error instanceof EmbeddingError ? error.code : 'embedding_timeout';
      log.warn({ workspaceId, code }, 'A question could not be embedded; it is searched for by its words');
      return null;
    }
  };
}
