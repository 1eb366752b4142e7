import { z } from 'zod';
import type { NodeContext } from '../../engine/node-type.ts';
import { templateField } from '../config-fields.ts';
import { outsideTexts } from './outside-texts.ts';

/** Config of steps that answer a person. */
export const answerFields = {
  language: z.string().max(40).optional().meta({
    title: 'Language',
    description: 'Leave empty to answer in the language of the person.',
    placeholder: 'English',
    widget: 'text',
    advanced: true,
  }),
  maxBytes: z.number().int().min(50).max(2_200).default(1_000).meta({
    title: 'Longest answer (bytes)',
    description: 'Instagram takes messages of up to 1,000 bytes; a letter is 1 to 4 bytes.',
    advanced: true,
  }),
  intent: templateField('', {
    title: 'Intent',
    description:
      'For the guardrails: what the text is about, as a "Sort by meaning" step found it. Leave empty and they look for themselves.',
    placeholder: '{{ steps.classify.output.label }}',
    widget: 'text',
    advanced: true,
  }),
  intentConfidence: z
    .union([z.number().min(0).max(1), z.string().max(500)])
    .nullish()
    .meta({
      title: 'How sure the intent is (0 to 1)',
      description: 'Leave empty for an intent that is certain.',
      placeholder: '{{ steps.classify.output.confidence }}',
      widget: 'text',
      raw: true,
      advanced: true,
    }),
};

type Answering = {
  message: string;
  instructions: string;
  language?: string | undefined;
  maxBytes: number;
  intent: string;
  intentConfidence?: number | string | null | undefined;
};

/** The part of a request that all answers to a person have in common. */
export function answerRequestOf(context: NodeContext<Answering>) {
  const { message, instructions, language, maxBytes, intent, intentConfidence } = context.config;
  const { from } = context.trigger;
  const label = intent.trim();
  return {
    message,
    instructions,
    outside: outsideTexts(context),
    maxBytes,
    ...(from?.username && { username: from.username }),
    ...(language && { language }),
    ...(label && { intent: { label, confidence: confidenceOf(intentConfidence) } }),
  };
}

/** What is no number is not sure at all. */
function confidenceOf(value: number | string | null | undefined): number {
  if (value === undefined || value === null || value === '') return 1;
  const confidence = Number(value);
  return confidence >= 0 && confidence <= 1 ? confidence : 0;
}
