import { z } from 'zod';
import type { AiService, ExtractedValue, ExtractField } from '../../../engine/services.ts';
import { comparable } from '../guardrails/plain-text.ts';
import { asData, DATA_RULE, ownersPart, paragraphs } from '../prompts.ts';
import type { Asking } from './ask-model.ts';
import { askForShape } from './ask-model.ts';

type Extraction = Awaited<ReturnType<AiService['extract']>>;
type ExtractRequest = { text: string; fields: ExtractField[]; instructions?: string };

const LONGEST_VALUE = 1_000;

/**
 * Reads fields out of a text. Every value is checked by its type, and an address, a phone number or a number that the text
 * does not have is taken for made up.
 * @param today `YYYY-MM-DD`, for "next Friday"
 */
export async function extractFields(
  asking: Asking,
  { text, fields, instructions }: ExtractRequest,
  today: string,
): Promise<Extraction> {
  const schema = z.object(Object.fromEntries(fields.map((field) => [field.name, shapeOf(field).nullish()])));
  const system = paragraphs(
    'You read facts out of Instagram comments and messages to a brand, in any language. Take only what the text says; null where it says nothing.',
    `Today is ${today}. Write dates as YYYY-MM-DD, phone numbers as they stand there.`,
    `Fields:\n${fields.map((field) => `- ${field.name} (${typeInWords(field)})${field.description ? `: ${field.description}` : ''}`).join('\n')}`,
    ...ownersPart('What the brand wants you to know', instructions, [text]),
    DATA_RULE,
  );
  const prompt = { system, user: asData('message', text) };
  const { value, usage } = await askForShape(asking, prompt, 'fields', schema);
  const values = fields.map((field) => [field.name, groundedValue(field, value[field.name] ?? null, text)]);
  return { values: Object.fromEntries(values), usage };
}

/** Lenient about what models write for "nothing" and about numbers in quotation marks; strict about everything else. */
function shapeOf(field: ExtractField): z.ZodType<ExtractedValue> {
  switch (field.type) {
    case 'number':
      return z.union([z.number(), z.string().transform(toNumber)]);
    case 'boolean':
      return z.boolean();
    case 'date':
      return z.string().transform((value) => (isDate(value) ? value : null));
    case 'email':
      return z.string().transform((value) => z.email().safeParse(value.trim().toLowerCase()).data ?? null);
    case 'phone':
      return z.string().transform((value) => plainPhone(value));
    case 'choice':
      return z.string().transform((value) => choiceNamed(field.choices ?? [], value));
    case 'text':
      return z.string().transform((value) => value.trim().slice(0, LONGEST_VALUE) || null);
    default:
      return field.type satisfies never;
  }
}

function groundedValue(field: ExtractField, value: ExtractedValue, text: string): ExtractedValue {
  if (value === null) return null;
  if (field.type === 'email') return text.toLowerCase().includes(String(value)) ? value : null;
  if (field.type === 'phone') {
    const digits = String(value).replace(/\D/g, '');
    return text.normalize('NFKC').replace(/\D/g, '').includes(digits) ? value : null;
  }
  return value;
}

const typeInWords = ({ type, choices }: ExtractField) =>
  type === 'choice' ? `one of ${(choices ?? []).map((choice) => JSON.stringify(choice)).join(', ')}` : type;

function toNumber(value: string): number | null {
  const number = Number(value.replace(/[^\d.,-]/g, '').replace(',', '.'));
  return value.trim() !== '' && Number.isFinite(number) ? number : null;
}

/** A day that the calendar has. */
export function isDate(value: string): boolean {
  const time = Date.parse(`${value}T00:00:00Z`);
  return (
    /^\d{4}-\d\d-\d\d$/.test(value) && !Number.isNaN(time) && new Date(time).toISOString().startsWith(value)
  );
}

/** Digits with a leading `+` where there was one; null for what is too short or too long (E.164). */
export function plainPhone(value: string): string | null {
  const digits = value.normalize('NFKC').replace(/\D/g, '');
  if (digits.length < 6 || digits.length > 15) return null;
  return `${/^\s*(?:\+|00)/.test(value) ? '+' : ''}${digits.replace(/^00/, '')}`;
}

/** The choice as the owner wrote it, whatever its case and accents in the answer; null for none of them. */
export function choiceNamed(choices: readonly string[], value: string): string | null {
  const wanted = comparable(value).trim();
  return choices.find((choice) => comparable(choice).trim() === wanted) ?? null;
}
