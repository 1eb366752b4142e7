import mammoth from 'mammoth';
import { DocumentError } from '../document-error.ts';
import { htmlToText } from '../html-to-text.ts';
import { MOST_UNPACKED_BYTES } from '../limits.ts';
import { checkZip } from './check-zip.ts';

/** First bytes of an Office file from before 2007, and of a new one with a password. */
const COMPOUND_FILE = 'd0cf11e0a1b11ae1';

/**
 * The text of a Word document, headings, lists and tables on lines of their own; pictures are left out.
 * @throws DocumentError `encrypted_file`, `broken_file`, `unpacks_too_large`
 */
export async function docxText(bytes: Uint8Array): Promise<string> {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (file.subarray(0, 8).toString('hex') === COMPOUND_FILE) {
    throw new DocumentError(
      'encrypted_file',
      'The file is protected with a password or in the format of before 2007. Save it as .docx without one.',
    );
  }
  if (!checkZip(bytes, MOST_UNPACKED_BYTES).includes('word/document.xml')) throw broken();
  try {
    const { value } = await mammoth.convertToHtml(
      { buffer: file },
      { convertImage: mammoth.images.imgElement(async () => ({ src: '' })), externalFileAccess: false },
    );
    return htmlToText(value);
  } catch {
    throw broken();
  }
}

const broken = () =>
  new DocumentError('broken_file', 'The Word document is damaged. Open it, save it again and upload that.');
