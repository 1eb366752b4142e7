import type { Embedded, Embedder } from './embedder.ts';
import { EmbeddingError } from './embedder.ts';

/** What embedding costs a workspace is held back before a call and counted after it. */
export type EmbeddingMeter = {
  /**
   * Holds back what the call may cost at most.
   * @throws NodeError `budget_used_up`; `budget_held` while calls under way hold the rest of the day's budget
   */
  hold(call: MeteredCall): Promise<Hold>;
};

export type MeteredCall = {
  workspaceId: string;
  /** The embedder's name. */
  model: string;
  /** Of all texts together, in UTF-8. */
  bytes: number;
  /** A person waits for a question; passages may wait for calls under way. */
  kind: 'question' | 'passage';
  signal: AbortSignal;
};

/** To be ended once, however the call went. */
export type Hold = {
  /** @param errorCode left out when it went well. @param tokens null where nobody counted them */
  end(call: { latencyMs: number; tokens: number | null; errorCode?: string }): void;
};

/** Counts nothing; for tests and tools. */
export const unmetered: EmbeddingMeter = { hold: async () => ({ end: () => {} }) };

/**
 * Embeds within the budget of the workspace; every call is counted.
 * @throws EmbeddingError; NodeError of the meter; what `signal` says
 */
export async function embedMetered(
  meter: EmbeddingMeter,
  embedder: Embedder,
  { workspaceId, texts, kind }: { workspaceId: string; texts: readonly string[]; kind: MeteredCall['kind'] },
  signal: AbortSignal,
): Promise<Embedded> {
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  const hold = await meter.hold({ workspaceId, model: embedder.name, bytes, kind, signal });
  const startedAt = performance.now();
  const latencyMs = () => Math.round(performance.now() - startedAt);
  try {
    const embedded = await embedder.embed(texts, kind, signal);
    hold.end({ latencyMs: latencyMs(), tokens: embedded.tokens || null });
    return embedded;
  } catch (error) {
    // A call that was broken off may have worked, and be paid for, without our seeing the end.
    if (error instanceof EmbeddingError)
      hold.end({ latencyMs: latencyMs(), tokens: 0, errorCode: error.code });
    else hold.end({ latencyMs: latencyMs(), tokens: null, errorCode: 'cancelled' });
    throw error;
  }
}
