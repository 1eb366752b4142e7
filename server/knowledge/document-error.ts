/** Why a document could not be ingested, in words for the person who uploaded it. */
export class DocumentError extends Error {
  override readonly name = 'DocumentError';
  readonly code: string;
  readonly retryable: boolean;

  constructor(code: string, message: string, options: { retryable?: boolean } = {}) {
    super(message);
    this.code = code;
    this.retryable = options.retryable ?? false;
  }
}
