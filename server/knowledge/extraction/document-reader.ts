import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { DocumentError } from '../document-error.ts';
import type { ExtractionAnswer, ExtractionRequest, OpenedDocument } from './extraction-protocol.ts';
import type { FileFormat } from './file-kinds.ts';

export type ReaderLimits = {
  /** One question: opening a document, or reading a batch of pages. */
  timeoutMs: number;
  /** All of a document, without the time between its questions. */
  totalMs: number;
  /** Of JavaScript objects. */
  heapMiB: number;
  /** Of buffers, which the limit of the heap does not see; compressed parts of a PDF unpack into them. */
  externalMiB: number;
};

export const READER_LIMITS: ReaderLimits = {
  timeoutMs: 60_000,
  totalMs: 10 * 60_000,
  heapMiB: 256,
  externalMiB: 384,
};

const MIB = 1024 * 1024;
const LOOK_EVERY_MS = 50;
const WORKER = new URL('./extraction-worker.ts', import.meta.url);

export type DocumentReader = {
  document: OpenedDocument;
  /** The texts of pages `from` to `to`, from 1, both included. @throws DocumentError */
  pages(from: number, to: number): Promise<string[]>;
  close(): Promise<void>;
};

/**
 * Opens a document in a thread of its own, which ends when it takes too much time or memory.
 * @param bytes of the file; they are handed over and can't be used afterwards
 * @throws DocumentError when the file can't be read
 */
export async function openDocument(
  file: { bytes: Uint8Array; format: FileFormat },
  signal: AbortSignal,
  limits = READER_LIMITS,
): Promise<DocumentReader> {
  const worker = new Worker(WORKER, {
    // Libraries that speak to the terminal have nothing to say there.
    stdout: true,
    stderr: true,
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: limits.heapMiB },
  });
  const thread = watch(worker, limits, signal);
  try {
    // A copy of its own: what is transferred must not be part of a larger buffer.
    const bytes = new Uint8Array(file.bytes);
    const answer = await thread.ask({ type: 'open', bytes, format: file.format }, [bytes.buffer]);
    if (answer.type !== 'opened') throw new Error('The reader answered something else.');
    return {
      document: answer.document,
      pages: async (from, to) => {
        const pages = await thread.ask({ type: 'pages', from, to });
        return pages.type === 'pages' ? pages.texts : [];
      },
      close: thread.close,
    };
  } catch (error) {
    await thread.close();
    throw error;
  }
}

function watch(worker: Worker, limits: ReaderLimits, signal: AbortSignal) {
  let leftMs = limits.totalMs;
  const ended = new AbortController();
  const end = (reason: Error) => {
    if (!ended.signal.aborted) ended.abort(reason);
    void worker.terminate();
  };
  worker.on('error', (error) => end(causeOf(error)));
  worker.on('exit', () => end(gone()));
  const onAbort = () => end(signal.reason instanceof Error ? signal.reason : new Error('It was called off.'));
  signal.addEventListener('abort', onAbort, { once: true });

  async function ask(request: ExtractionRequest, transfer: ArrayBuffer[] = []): Promise<ExtractionAnswer> {
    signal.throwIfAborted();
    ended.signal.throwIfAborted();
    const startedAt = performance.now();
    const timer = setTimeout(() => end(tooSlow()), Math.min(limits.timeoutMs, leftMs));
    const look = setInterval(() => void lookAtMemory(), LOOK_EVERY_MS);
    try {
      const answered = once(worker, 'message', { signal: ended.signal });
      worker.postMessage(request, transfer);
      const [answer] = (await answered) as [ExtractionAnswer];
      if (answer.type === 'failed') throw new DocumentError(answer.code, answer.message);
      return answer;
    } catch (error) {
      // `once` wraps the reason into an AbortError.
      throw ended.signal.aborted ? ended.signal.reason : error;
    } finally {
      clearTimeout(timer);
      clearInterval(look);
      leftMs = Math.max(1, leftMs - (performance.now() - startedAt));
    }
  }

  /** V8 interrupts the thread for this even while it is busy. */
  async function lookAtMemory(): Promise<void> {
    const heap = await worker.getHeapStatistics().catch(() => null);
    if (heap && heap.external_memory > limits.externalMiB * MIB) end(tooMuchMemory());
  }

  return {
    ask,
    close: async () => {
      signal.removeEventListener('abort', onAbort);
      await worker.terminate();
    },
  };
}

const causeOf = (error: unknown) =>
  error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY'
    ? tooMuchMemory()
    : gone();

const tooSlow = () =>
  new DocumentError('too_slow', 'Reading the file takes too long. Split it, or save it in a simpler form.');
const tooMuchMemory = () =>
  new DocumentError(
    'unpacks_too_large',
    'Reading the file takes too much memory. Split it, or take pictures out of it.',
  );
const gone = () =>
  new DocumentError('broken_file', 'The file could not be read. Save it again and upload it anew.');
