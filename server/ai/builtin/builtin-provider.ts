import type {
  ClassifyRequest,
  ClassifyResult,
  ExtractedValue,
  ExtractField,
  ReplyRequest,
  ReplyResult,
} from '../../../engine/services.ts';
import { composeCaption } from './caption.ts';
import { createClassifierCache } from './classifier.ts';
import { extractByPatterns } from './extract-fields.ts';
import type { LeadScore } from './lead-score.ts';
import { scoreByLeadSignals } from './lead-score.ts';
import { composeReply } from './reply.ts';
import type { Mood } from './sentiment.ts';
import { readMood } from './sentiment.ts';
import { intentVerdict } from './shipped-intents.ts';
import { extractSummary } from './summarize.ts';

/** Name that results of the built-in provider carry in `usage.model`. */
export const BUILTIN = 'builtin';

/**
 * Answers without a key and without a network, by a small classifier, lists and patterns. What is beyond that (translation,
 * agents) it does not do.
 */
export type Builtin = {
  classify(request: ClassifyRequest): Pick<ClassifyResult, 'label' | 'confidence' | 'scores'>;
  /** The intent of a message among those named, or `other`. */
  intentOf(message: string, names: string[]): { label: string; confidence: number };
  reply(request: ReplyRequest): Pick<ReplyResult, 'text' | 'grounded' | 'sources'>;
  extract(request: { text: string; fields: ExtractField[] }, today: string): Record<string, ExtractedValue>;
  sentiment(text: string): Mood;
  scoreLead(text: string): LeadScore;
  summarize(request: { text: string; sentences: number; maxBytes: number }): string;
  caption(request: Parameters<typeof composeCaption>[0]): string;
};

export function createBuiltinProvider(): Builtin {
  const classifierFor = createClassifierCache();
  return {
    classify: ({ labels, text }) => classifierFor(labels)(text),
    intentOf: (message, names) => classifierFor(names.map((name) => ({ name })))(message),
    reply: (request) => composeReply(request, intentVerdict),
    extract: extractByPatterns,
    sentiment: readMood,
    scoreLead: scoreByLeadSignals,
    summarize: ({ text, ...limits }) => extractSummary(text, limits),
    caption: composeCaption,
  };
}
