import { csvToText, faqPairs, parseCsv } from '../csv-to-text.ts';
import { htmlToText } from '../html-to-text.ts';
import { decodeText, storableText } from './decode-text.ts';
import type { OpenedDocument } from './extraction-protocol.ts';
import type { FileFormat } from './file-kinds.ts';

/**
 * Reads what is text already. Takes time linear in its length.
 * @throws DocumentError `unsupported_encoding`
 */
export function openText(bytes: Uint8Array, format: FileFormat): Exclude<OpenedDocument, { kind: 'pages' }> {
  const text = decodeText(bytes);
  if (format === 'csv') {
    const pairs = faqPairs(parseCsv(storableText(text)));
    if (pairs.length > 0) return { kind: 'pairs', pairs };
  }
  const read = format === 'html' ? htmlToText(text) : format === 'csv' ? csvToText(text) : text;
  return { kind: 'text', text: storableText(read) };
}
