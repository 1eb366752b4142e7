import type { KnowledgeDocument } from '../../contract/shapes.ts';
import type { OpenedDocument } from '../extraction/extraction-protocol.ts';

type About = { title: string; mimeType: string; sizeBytes: number; source: KnowledgeDocument['source'] };

/** A document of a request, as far as it is known when the request is answered. */
export type NewDocument =
  /** Its text is at hand: it is cut and stored with the answer. */
  | (About & { kind: 'read'; content: Exclude<OpenedDocument, { kind: 'pages' }>; contentHash: string })
  /** To be read by an ingester. */
  | (About & { kind: 'file'; bytes: Buffer })
  /** To be fetched by an ingester. */
  | (About & { kind: 'page'; url: string });
