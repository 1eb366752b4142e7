import type { Logger } from '../../log.ts';
import { readDocumentRow } from './document-row.ts';
import { failDocument, failureOf } from './fail-document.ts';
import type { IngestDeps } from './ingest-document.ts';
import { ingestDocument } from './ingest-document.ts';
import type { Leased } from './lease.ts';
import { giveBack, LeaseLostError, leaseDocument } from './lease.ts';

/** Two, so that a long document does not hold up a short one. More would take the processor from flows. */
const CONCURRENCY = 2;
/** Documents of other processes, and those whose pause is over, are found after this long. */
const LOOK_EVERY_MS = 3_000;

export type IngesterDeps = IngestDeps & {
  log: Logger;
  /** The name under which this process holds things; null while it can't say that it lives (executions/presence.ts). */
  holder: () => string | null;
  /** Tests. */
  lookEveryMs?: number;
};

export type Ingester = {
  /** There is something to do. */
  wake(): void;
  /** Gives back what is under way after the step at hand. */
  stop(): Promise<void>;
};

/** Ingests documents in the background, a few at a time, shared with the other processes. */
export function startIngester(deps: IngesterDeps): Ingester {
  const { pool, log } = deps;
  const stopping = new AbortController();
  const running = new Map<string, Promise<void>>();
  let looking: Promise<void> | null = null;
  let isAskedAgain = false;

  function wake(): void {
    if (stopping.signal.aborted) return;
    if (looking) {
      isAskedAgain = true;
      return;
    }
    isAskedAgain = false;
    looking = look()
      .catch((error: unknown) => log.warn({ err: error }, 'Documents could not be looked for; tried again'))
      .finally(() => {
        looking = null;
        if (isAskedAgain) wake();
      });
  }

  async function look(): Promise<void> {
    while (!stopping.signal.aborted && running.size < CONCURRENCY) {
      const holder = deps.holder();
      const leased = holder && (await leaseDocument(pool, holder, [...running.keys()]));
      if (!leased) return;
      const work = run(leased).finally(() => {
        running.delete(leased.id);
        wake();
      });
      running.set(leased.id, work);
    }
  }

  async function run(leased: Leased): Promise<void> {
    try {
      await ingestDocument(deps, leased, stopping.signal);
    } catch (error) {
      await settle(leased, error).catch((cause: unknown) => {
        if (cause instanceof LeaseLostError) return;
        log.warn(
          { err: cause, documentId: leased.id },
          'A document could not be given back; its lease runs out',
        );
      });
    }
  }

  async function settle(leased: Leased, error: unknown): Promise<void> {
    if (error instanceof LeaseLostError) return;
    if (stopping.signal.aborted) return giveBack(pool, leased);
    const failure = failureOf(error);
    if (!failure) log.warn({ err: error, documentId: leased.id }, 'A document could not be ingested');
    await failDocument(
      pool,
      leased,
      failure ?? {
        code: 'internal',
        message: 'Something went wrong on the server. It is tried again.',
        retryable: true,
      },
    );
    const document = await readDocumentRow(pool, leased);
    if (document) deps.onProgress(document);
  }

  const timer = setInterval(wake, deps.lookEveryMs ?? LOOK_EVERY_MS);
  timer.unref();
  wake();
  return {
    wake,
    stop: async () => {
      clearInterval(timer);
      stopping.abort(new Error('The process stops.'));
      await looking;
      await Promise.all(running.values());
    },
  };
}
