import type { Request } from 'express';
import { HttpProblem } from '../../http/problem.ts';
import { DocumentError } from '../document-error.ts';
import type { FileKind } from '../extraction/file-kinds.ts';
import { FILE_EXTENSIONS, kindOfFile } from '../extraction/file-kinds.ts';
import { openText } from '../extraction/open-text.ts';
import { MOST_BYTES_AT_ONCE } from '../limits.ts';
import { hashOf } from '../text-hash.ts';
import type { NewDocument } from './new-document.ts';
import { badForm, readForm } from './read-form.ts';

/**
 * Reads an uploaded file (multipart/form-data, one part with a file name, and `title` if wanted). Small files of text are
 * opened at once; the rest is left to an ingester.
 * @throws HttpProblem 400 for a broken or empty form; 413 past the size of its kind; 415 for other kinds and encodings
 */
export async function readUpload(request: Request): Promise<NewDocument> {
  const { title, file } = await readForm(request);
  if (!file || file.name === '')
    throw badForm('Send the document as a part of the form that has a file name.');
  const kind = kindOfFile(file.name);
  if (!kind) {
    throw new HttpProblem(
      415,
      'unsupported-file',
      'Unsupported file',
      `Documents can be ${FILE_EXTENSIONS.join(', ')} files.`,
    );
  }
  if (file.truncated || file.content.length > kind.maxBytes) {
    const most = kind.maxBytes / 1024 / 1024;
    throw new HttpProblem(413, 'file-too-large', 'File too large', `The file is larger than ${most} MiB.`);
  }
  const name = (title.trim() || file.name).slice(0, 300).replaceAll('\0', '').toWellFormed();
  return documentOfFile({ title: name, kind, bytes: file.content });
}

/** @throws HttpProblem 415 for a small file that is no UTF-8; a large one fails when it is read */
export function documentOfFile({
  title,
  kind,
  bytes,
}: {
  title: string;
  kind: FileKind;
  bytes: Buffer;
}): NewDocument {
  const about = { title, mimeType: kind.mimeType, sizeBytes: bytes.length, source: 'upload' as const };
  if (kind.format === 'pdf' || kind.format === 'docx' || bytes.length > MOST_BYTES_AT_ONCE) {
    return { ...about, kind: 'file', bytes };
  }
  try {
    const content = openText(bytes, kind.format);
    const source = content.kind === 'pairs' ? 'faq' : 'upload';
    return { ...about, source, kind: 'read', content, contentHash: hashOf(bytes) };
  } catch (error) {
    if (!(error instanceof DocumentError)) throw error;
    throw new HttpProblem(415, 'unsupported-encoding', 'Unsupported encoding', error.message);
  }
}
