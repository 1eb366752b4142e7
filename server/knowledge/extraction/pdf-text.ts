import { getDocumentProxy } from 'unpdf';
import type { PDFDocumentProxy } from 'unpdf/pdfjs';
import { DocumentError } from '../document-error.ts';

/**
 * Opens a PDF. Nothing in it is run and nothing outside of it is loaded.
 * @throws DocumentError `encrypted_file`, `broken_file`
 */
export async function openPdf(bytes: Uint8Array): Promise<PDFDocumentProxy> {
  try {
    return await getDocumentProxy(bytes, {
      disableFontFace: true,
      useSystemFonts: false,
      stopAtErrors: false,
      verbosity: 0,
    });
  } catch (error) {
    if (error instanceof Error && error.name === 'PasswordException') {
      throw new DocumentError(
        'encrypted_file',
        'The PDF is protected with a password. Save a copy without one and upload that.',
      );
    }
    throw new DocumentError(
      'broken_file',
      'The PDF is damaged, or it is no PDF. Open it, save it again and upload that.',
    );
  }
}

/** The text of one page, from 1, with its line breaks; a page that can't be read is empty. */
export async function textOfPage(pdf: PDFDocumentProxy, number: number): Promise<string> {
  try {
    const page = await pdf.getPage(number);
    const { items } = await page.getTextContent();
    const text = items.map((item) => ('str' in item ? `${item.str}${item.hasEOL ? '\n' : ''}` : '')).join('');
    page.cleanup();
    return joinLines(text);
  } catch {
    return '';
  }
}

/** A line of a paragraph is no sentence: a break stays only where a line is empty or the next does not go on. */
function joinLines(text: string): string {
  return text
    .replace(/(\p{Ll})-\n(?=\p{Ll})/gu, '$1')
    .replace(/([^\s.!?:;])[^\S\n]*\n(?=\p{Ll})/gu, '$1 ')
    .trim();
}
