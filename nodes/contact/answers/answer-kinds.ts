import { z } from 'zod';
import { patternProblem } from '../../../engine/pattern.ts';
import { isCountry } from './calling-codes.ts';

/** What a read answer is: the value in one form whatever the person wrote, or nothing that fits. */
export type ReadAnswer = { isValid: true; value: string | number } | { isValid: false };

export const NOT_VALID: ReadAnswer = { isValid: false };
export const valid = (value: string | number): ReadAnswer => ({ isValid: true, value });

/** Languages in which dates and numbers are read and corrections are written. */
export const LANGUAGES = ['en', 'en-GB', 'de', 'es', 'fr', 'it', 'pt'] as const;
export type Language = (typeof LANGUAGES)[number];

const bound = (title: string, description: string) =>
  z.number().optional().meta({ title, description, advanced: true });

const emailAnswer = z.object({ kind: z.literal('email').meta({ title: 'Kind' }) }).meta({ title: 'E-mail' });

const phoneAnswer = z
  .object({
    kind: z.literal('phone').meta({ title: 'Kind' }),
    country: z
      .string()
      .trim()
      .toUpperCase()
      .default('US')
      .refine(isCountry, 'Use the two letters of a country, such as US, DE or BR.')
      .meta({
        title: 'Country',
        description: 'Of numbers that come without one. Two letters: US, DE, BR.',
        template: false,
      }),
  })
  .meta({ title: 'Phone number' });

const numberAnswer = z
  .object({
    kind: z.literal('number').meta({ title: 'Kind' }),
    min: bound('At least', 'Smaller numbers are asked for again.'),
    max: bound('At most', 'Larger numbers are asked for again.'),
    wholeOnly: z.boolean().default(false).meta({ title: 'Whole numbers only' }),
  })
  .meta({ title: 'Number' });

const dateAnswer = z.object({ kind: z.literal('date').meta({ title: 'Kind' }) }).meta({ title: 'Date' });

const textAnswer = z
  .object({
    kind: z.literal('text').meta({ title: 'Kind' }),
    min: z.number().int().min(1).default(1).meta({
      title: 'At least (characters)',
      description: 'Shorter texts are asked for again.',
      advanced: true,
    }),
    max: z.number().int().min(1).max(1_000).default(500).meta({
      title: 'At most (characters)',
      description: 'Longer texts are asked for again.',
      advanced: true,
    }),
    pattern: z
      .string()
      .max(1_000)
      .default('')
      .refine((pattern) => pattern === '' || patternProblem(pattern) === null, 'This is not a valid pattern.')
      .meta({
        title: 'Pattern',
        description: 'For experts: a regular expression that is found in the text, such as ^\\d{5}$.',
        advanced: true,
        template: false,
      }),
  })
  .meta({ title: 'Text' });

const choiceAnswer = z
  .object({
    kind: z.literal('choice').meta({ title: 'Kind' }),
    options: z.array(z.string().trim().min(1).max(20)).max(13).default(['Yes', 'No']).meta({
      title: 'Options',
      description: 'Shown below the question, to be tapped or written. Up to 13, of 20 characters each.',
      widget: 'tags',
      template: false,
    }),
  })
  .meta({ title: 'Choice' });

/** What kind of answer is asked for, with what it has to fulfil. */
export const answerSchema = z.discriminatedUnion('kind', [
  emailAnswer,
  phoneAnswer,
  numberAnswer,
  dateAnswer,
  textAnswer,
  choiceAnswer,
]);
export type AnswerKind = z.output<typeof answerSchema>;
