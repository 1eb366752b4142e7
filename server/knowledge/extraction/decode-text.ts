import { DocumentError } from '../document-error.ts';

/**
 * UTF-8, or UTF-16 with its mark; anything else would be stored as gibberish.
 * @throws DocumentError `unsupported_encoding`
 */
export function decodeText(content: Uint8Array): string {
  const isUtf16 = content[0] === 0xff && content[1] === 0xfe;
  try {
    return new TextDecoder(isUtf16 ? 'utf-16le' : 'utf-8', { fatal: true }).decode(content);
  } catch {
    throw new DocumentError(
      'unsupported_encoding',
      'The file is not UTF-8 text. Save it as UTF-8 and upload it again.',
    );
  }
}

/** A page says in its first 1,024 bytes how it is written (HTML standard, 4.2.5.4). */
const DECLARED_WITHIN_BYTES = 1_024;

/**
 * Text of a web server: as its `content-type` says, else as the page itself does, else UTF-8, else what the web was written
 * in before (HTML standard, 13.2.3.2).
 */
export function decodeWebText(content: Uint8Array, contentType: string): string {
  const beginning = Buffer.from(content.subarray(0, DECLARED_WITHIN_BYTES)).toString('latin1');
  const declared =
    /charset="?([\w-]+)/i.exec(contentType)?.[1] ??
    /<meta[^>]{0,200}charset=["']?([\w-]+)/i.exec(beginning)?.[1];
  try {
    return declared ? new TextDecoder(declared).decode(content) : decodeText(content);
  } catch {
    return new TextDecoder('windows-1252').decode(content);
  }
}

/** Text as it is stored: PostgreSQL takes neither NUL nor half a surrogate pair; files have both. */
export function storableText(text: string): string {
  return text.replaceAll('\0', '').toWellFormed().replace(/\r\n?/g, '\n').trim();
}
