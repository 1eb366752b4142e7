import type { AiGuardrails } from '../../../server/contract/ai-guardrails.ts';

export type TextMode = AiGuardrails['modes']['default'];
type ByIntent = AiGuardrails['modes']['byIntent'];

export const MODES: readonly TextMode[] = ['send', 'draft', 'escalate'];

/** More the server refuses (server/contract/ai-guardrails.ts). */
export const MOST_INTENTS = 50;
export const LONGEST_NAME = 60;

/** What the built-in classifier tells apart (server/ai/builtin/intents.ts), offered as names. */
export const KNOWN_INTENTS: readonly string[] = [
  'thanks',
  'greeting',
  'question',
  'price',
  'shipping',
  'complaint',
  'refund',
  'support',
  'lead',
  'spam',
  'collaboration',
  'abuse',
  'other',
];

/** Why a name can't be added: it is there already (whatever its case), or there are enough. */
export function newIntentProblem(byIntent: ByIntent, name: string): 'empty' | 'taken' | 'full' | null {
  const wanted = name.trim().toLowerCase();
  if (wanted === '') return 'empty';
  if (Object.keys(byIntent).some((known) => known.toLowerCase() === wanted)) return 'taken';
  return Object.keys(byIntent).length >= MOST_INTENTS ? 'full' : null;
}
