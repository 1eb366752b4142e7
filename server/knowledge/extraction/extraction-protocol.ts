import type { FileFormat } from './file-kinds.ts';

/** What the worker is asked; one question at a time. */
export type ExtractionRequest =
  | { type: 'open'; bytes: Uint8Array; format: FileFormat }
  /** Pages `from` to `to`, from 1, both included. */
  | { type: 'pages'; from: number; to: number };

/** `text`: the whole of a document without pages. */
export type OpenedDocument =
  | { kind: 'pages'; pageCount: number }
  | { kind: 'text'; text: string }
  /** Questions and answers: each is a passage of its own. */
  | { kind: 'pairs'; pairs: { question: string; answer: string }[] };

export type ExtractionAnswer =
  | { type: 'opened'; document: OpenedDocument }
  | { type: 'pages'; texts: string[] }
  | { type: 'failed'; code: string; message: string };
