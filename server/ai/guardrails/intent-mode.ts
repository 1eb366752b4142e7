import type { TextMode } from '../../../engine/services.ts';
import type { AiGuardrails } from '../../contract/ai-guardrails.ts';

export type Intent = { label: string; confidence: number };

/** The mode of an intent, and why where it is not `send`. */
export type IntentMode = { mode: TextMode; reason: string | null };

const STRICTNESS: Record<TextMode, number> = { send: 0, draft: 1, escalate: 2 };

/** The stricter of two modes. */
export const stricter = (one: TextMode, other: TextMode): TextMode =>
  STRICTNESS[one] >= STRICTNESS[other] ? one : other;

/**
 * What is to happen with an answer to this intent. Where intents have modes of their own, one that is less sure than the
 * threshold is a draft at least: it may be one of the others.
 * @param findIntent asked only where it matters, with the names of the intents that have modes
 */
export function intentMode(
  { modes, confidenceThreshold }: AiGuardrails,
  findIntent: (names: string[]) => Intent,
): IntentMode {
  const names = Object.keys(modes.byIntent);
  if (names.length === 0) return withReason(modes.default, 'every answer');
  const { label, confidence } = findIntent(names);
  const name = names.find((each) => each.toLowerCase() === label.toLowerCase());
  const mode = name ? (modes.byIntent[name] ?? modes.default) : modes.default;
  if (confidence >= confidenceThreshold) return withReason(mode, `the intent "${name ?? label}"`);
  if (mode !== 'send') return withReason(mode, `the intent "${name ?? label}", though it is not sure`);
  return {
    mode: 'draft',
    reason: `The intent ("${label}") is less sure (${Math.round(confidence * 100)} %) than the guardrails ask for (${Math.round(confidenceThreshold * 100)} %).`,
  };
}

function withReason(mode: TextMode, what: string): IntentMode {
  switch (mode) {
    case 'send':
      return { mode, reason: null };
    case 'draft':
      return { mode, reason: `The guardrails want a person to look at ${what}.` };
    case 'escalate':
      return { mode, reason: `The guardrails leave ${what} to a person.` };
    default:
      return mode satisfies never;
  }
}
