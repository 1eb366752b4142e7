import { parentPort } from 'node:worker_threads';
import type { PDFDocumentProxy } from 'unpdf/pdfjs';
import { DocumentError } from '../document-error.ts';
import { storableText } from './decode-text.ts';
import type { ExtractionAnswer, ExtractionRequest, OpenedDocument } from './extraction-protocol.ts';
import { openText } from './open-text.ts';

/**
 * The thread in which one document is read: whatever a file does to its reader, the server does not notice. Libraries are
 * loaded for the kind of file at hand.
 */
let pdf: PDFDocumentProxy | null = null;

parentPort?.on('message', (request: ExtractionRequest) => {
  void answer(request).then((answered) => parentPort?.postMessage(answered));
});

async function answer(request: ExtractionRequest): Promise<ExtractionAnswer> {
  try {
    if (request.type === 'open') return { type: 'opened', document: await open(request) };
    return { type: 'pages', texts: await readPages(request.from, request.to) };
  } catch (error) {
    if (error instanceof DocumentError) return { type: 'failed', code: error.code, message: error.message };
    return {
      type: 'failed',
      code: 'broken_file',
      message: 'The file could not be read. Save it again and upload it anew.',
    };
  }
}

async function open(request: Extract<ExtractionRequest, { type: 'open' }>): Promise<OpenedDocument> {
  switch (request.format) {
    case 'pdf': {
      const { openPdf } = await import('./pdf-text.ts');
      pdf = await openPdf(request.bytes);
      return { kind: 'pages', pageCount: pdf.numPages };
    }
    case 'docx': {
      const { docxText } = await import('./docx-text.ts');
      return { kind: 'text', text: storableText(await docxText(request.bytes)) };
    }
    default:
      return openText(request.bytes, request.format);
  }
}

async function readPages(from: number, to: number): Promise<string[]> {
  const { textOfPage } = await import('./pdf-text.ts');
  const texts: string[] = [];
  for (let number = from; number <= to && pdf; number++) {
    texts.push(storableText(await textOfPage(pdf, number)));
  }
  return texts;
}
