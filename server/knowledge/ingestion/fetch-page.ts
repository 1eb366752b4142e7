import { DocumentError } from '../document-error.ts';
import { decodeWebText } from '../extraction/decode-text.ts';
import { kindOfAnswer } from '../extraction/file-kinds.ts';
import { MOST_UPLOAD_BYTES } from '../limits.ts';
import type { DocumentRow } from './document-row.ts';
import type { IngestDeps } from './ingest-document.ts';
import type { Leased } from './lease.ts';
import { whileLeased } from './lease.ts';

const TIMEOUT_MS = 30_000;

/** The bytes of an address on the public internet. @throws NodeError */
export type FetchPage = (
  request: { url: string; timeoutMs: number; maxBytes: number },
  signal: AbortSignal,
) => Promise<{ status: number; headers: Record<string, string>; bytes: Uint8Array }>;

/**
 * Fetches the page of a document that has an address and whose content is not here yet. What was fetched is kept until it is
 * read, so that an interruption does not mix two versions of a page.
 * @throws DocumentError `page_refused`, `page_unavailable`, `unsupported_file`; NodeError of the HTTP client
 */
export async function fetchPage(
  deps: Pick<IngestDeps, 'pool' | 'download'>,
  leased: Leased,
  document: DocumentRow,
  signal: AbortSignal,
): Promise<void> {
  if (document.url === null) return;
  const { rowCount } = await deps.pool.query(
    'select 1 from knowledge_files where workspace_id = $1 and document_id = $2',
    [leased.workspaceId, leased.id],
  );
  if (rowCount === 1) return;
  const { url } = document;
  const answer = await deps.download({ url, timeoutMs: TIMEOUT_MS, maxBytes: MOST_UPLOAD_BYTES }, signal);
  if (answer.status >= 500 || answer.status === 429) {
    throw new DocumentError('page_unavailable', `The page answers with HTTP ${answer.status}.`, {
      retryable: true,
    });
  }
  if (answer.status !== 200) {
    throw new DocumentError(
      'page_refused',
      `The page answers with HTTP ${answer.status}. Open the address in a private window to see whether everybody may read it.`,
    );
  }
  const kind = kindOfAnswer(answer.headers['content-type'], new URL(url).pathname);
  if (!kind) {
    throw new DocumentError('unsupported_file', 'The address leads to a kind of file that can not be read.');
  }
  if (answer.bytes.length > kind.maxBytes) {
    const most = kind.maxBytes / 1024 / 1024;
    throw new DocumentError('too_large', `The page is larger than ${most} MiB.`);
  }
  const isText = kind.format !== 'pdf' && kind.format !== 'docx';
  const bytes = Buffer.from(
    isText ? decodeWebText(answer.bytes, answer.headers['content-type'] ?? '') : answer.bytes,
  );
  await whileLeased(deps.pool, leased, async (client) => {
    await client.query(
      `insert into knowledge_files (document_id, workspace_id, bytes) values ($1, $2, $3)
       on conflict (document_id) do update set bytes = excluded.bytes`,
      [leased.id, leased.workspaceId, bytes],
    );
    await client.query(
      `update knowledge_documents set mime_type = $3, size_bytes = $4, updated_at = clock_timestamp()
       where workspace_id = $1 and id = $2`,
      [leased.workspaceId, leased.id, kind.mimeType, answer.bytes.length],
    );
  });
}
