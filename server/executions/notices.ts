import pg from 'pg';
import { z } from 'zod';
import { sameDatabase } from '../database/connect.ts';
import type { Logger } from '../log.ts';
import { parseJson } from '../parse-json.ts';

const CHANNEL = 'replygraph';

/** Longest pause between two tries to listen again. */
const LONGEST_PAUSE_MS = 5_000;

const noticeSchema = z.discriminatedUnion('kind', [
  /** The published version of a flow changed. */
  z.object({ kind: z.literal('flow'), flowId: z.string() }),
  /** A running execution is to be cancelled, wherever it runs. */
  z.object({ kind: z.literal('cancel'), executionId: z.string() }),
  /** Executions that were held back may start. */
  z.object({ kind: z.literal('resumed') }),
]);
export type Notice = z.output<typeof noticeSchema>;

export type Notices = {
  send(notice: Notice): void;
  close(): Promise<void>;
};

/**
 * Short words between the processes on one database, by LISTEN and NOTIFY. They only make things quicker: caches also
 * age, and the runner looks after cancelled executions. `onGap` says that words may have been missed.
 */
export function openNotices(
  pool: pg.Pool,
  log: Logger,
  handlers: { onNotice: (notice: Notice) => void; onGap: () => void },
): Notices {
  let closed = false;
  let client: pg.Client | undefined;
  let timer: NodeJS.Timeout | undefined;

  async function listen(pauseMs: number): Promise<void> {
    if (closed) return;
    const next = new pg.Client({
      ...sameDatabase(pool),
      keepAlive: true,
      application_name: 'replygraph-notices',
    });
    const again = (error?: Error) => {
      if (closed || client !== next) return;
      client = undefined;
      if (error) log.warn({ err: error }, 'Listening for notices broke off; tried again');
      void next.end().catch(() => {});
      timer = setTimeout(() => void listen(Math.min(pauseMs * 2, LONGEST_PAUSE_MS)), pauseMs);
    };
    client = next;
    next.on('error', again);
    next.on('end', () => again());
    next.on('notification', ({ payload }) => {
      const notice = noticeSchema.safeParse(parseJson(payload ?? ''));
      if (notice.success) handlers.onNotice(notice.data);
    });
    try {
      await next.connect();
      await next.query(`listen ${CHANNEL}`);
      handlers.onGap();
    } catch (error) {
      again(error instanceof Error ? error : new Error(String(error)));
    }
  }

  void listen(100);
  return {
    send: (notice) => {
      pool
        .query('select pg_notify($1, $2)', [CHANNEL, JSON.stringify(notice)])
        .catch((error) => log.warn({ err: error }, 'A notice could not be sent'));
    },
    close: async () => {
      closed = true;
      clearTimeout(timer);
      await client?.end().catch(() => {});
    },
  };
}
