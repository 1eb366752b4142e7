import { extname } from 'node:path';
import { MOST_TEXT_FILE_BYTES, MOST_UPLOAD_BYTES } from '../limits.ts';

export type FileFormat = 'text' | 'html' | 'csv' | 'pdf' | 'docx';
export type FileKind = { mimeType: string; format: FileFormat; maxBytes: number };

const DOCX = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';

const text = (mimeType: string, format: FileFormat): FileKind => ({
  mimeType,
  format,
  maxBytes: MOST_TEXT_FILE_BYTES,
});

const BY_EXTENSION: Record<string, FileKind> = {
  '.txt': text('text/plain', 'text'),
  '.md': text('text/markdown', 'text'),
  '.html': text('text/html', 'html'),
  '.htm': text('text/html', 'html'),
  '.csv': text('text/csv', 'csv'),
  '.pdf': { mimeType: 'application/pdf', format: 'pdf', maxBytes: MOST_UPLOAD_BYTES },
  '.docx': { mimeType: DOCX, format: 'docx', maxBytes: MOST_UPLOAD_BYTES },
};

/** Extensions that may be uploaded, as people write them. */
export const FILE_EXTENSIONS = Object.keys(BY_EXTENSION);

/** What a file is, by its name; null for kinds that are not read. */
export function kindOfFile(name: string): FileKind | null {
  return BY_EXTENSION[extname(name).toLowerCase()] ?? null;
}

/**
 * What an answer of a web server is, by its `content-type`; a server that names none, or bytes in general, is asked by the
 * ending of the address.
 */
export function kindOfAnswer(contentType: string | undefined, path: string): FileKind | null {
  const mimeType = contentType?.split(';')[0]?.trim().toLowerCase() ?? '';
  if (mimeType === '' || mimeType === 'application/octet-stream') return kindOfFile(path);
  if (mimeType === 'application/xhtml+xml') return text('text/html', 'html');
  return Object.values(BY_EXTENSION).find((kind) => kind.mimeType === mimeType) ?? null;
}

/** How a stored document is read. */
export function formatOf(mimeType: string): FileFormat {
  return Object.values(BY_EXTENSION).find((kind) => kind.mimeType === mimeType)?.format ?? 'text';
}
