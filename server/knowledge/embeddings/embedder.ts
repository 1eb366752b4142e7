/** Turns texts into vectors that lie near each other when the texts mean much the same. */
export type Embedder = {
  /** `provider:model@dimension`: vectors of different names are never compared. */
  name: string;
  /** Passages with less cosine similarity to a question have nothing to do with it; each model has its own scale. */
  leastSimilarity: number;
  /**
   * One vector of length 1 for each text. A question and a passage may be prepared differently.
   * @throws EmbeddingError
   */
  embed(texts: readonly string[], kind: 'question' | 'passage', signal: AbortSignal): Promise<Embedded>;
};

export type Embedded = { vectors: Float32Array[]; tokens: number };

/** The embedder of a workspace; null without a provider. */
export type EmbedderFor = (workspaceId: string) => Promise<Embedder | null>;

/** A provider that refuses or does not answer. Nothing secret stands in the message. */
export class EmbeddingError extends Error {
  override readonly name = 'EmbeddingError';
  readonly code: string;
  readonly retryable: boolean;

  constructor(code: string, message: string, options: { retryable: boolean }) {
    super(message);
    this.code = code;
    this.retryable = options.retryable;
  }
}
