import type { ClassifyRequest } from '../../../engine/services.ts';
import type { Intent } from './intents.ts';
import { INTENTS, intentNames } from './intents.ts';
import { normaliseText } from './tokenise.ts';

export type Label = ClassifyRequest['labels'][number];

/** A label is called what the intent is called, has a word of it in its name, or in its description. */
const NAME_IS_SYNONYM = 10;
const NAME_HAS_SYNONYM = 5;
const DESCRIPTION_HAS_SYNONYM = 1;
/** Two words of the description must agree; one alone ("not a complaint") is too little. */
const LEAST_SCORE = 2;

const synonyms = new Map(
  intentNames().map((intent) => [intent, new Set(INTENTS[intent].synonyms.split(' '))] as const),
);

/**
 * Which shipped intent each label means, by its name and description. Each intent goes to one label at most (the best
 * match, then the first); labels that mean none are not in the answer and learn from their own words only.
 */
export function mapLabels(labels: Label[]): Map<string, Intent> {
  const pairs = labels.flatMap((label, position) =>
    intentNames().map((intent) => ({ label, position, intent, score: scoreOf(label, intent) })),
  );
  pairs.sort((a, b) => b.score - a.score || a.position - b.position);
  const intentOf = new Map<string, Intent>();
  const taken = new Set<Intent>();
  for (const { label, intent, score } of pairs) {
    if (score < LEAST_SCORE || intentOf.has(label.name) || taken.has(intent)) continue;
    intentOf.set(label.name, intent);
    taken.add(intent);
  }
  return intentOf;
}

function scoreOf(label: Label, intent: Intent): number {
  const known = synonyms.get(intent) ?? new Set<string>();
  const nameWords = wordsOf(label.name);
  const descriptionWords = new Set(wordsOf(label.description ?? ''));
  let score = 0;
  if (isKnown(nameWords.join('_'), known)) score += NAME_IS_SYNONYM;
  else if (nameWords.some((word) => isKnown(word, known))) score += NAME_HAS_SYNONYM;
  for (const word of descriptionWords) if (isKnown(word, known)) score += DESCRIPTION_HAS_SYNONYM;
  return score;
}

const isKnown = (word: string, known: Set<string>) =>
  known.has(word) || (word.endsWith('s') && known.has(word.slice(0, -1)));

/** `orderStatus`, `order-status` and `Order status` are the same two words. */
function wordsOf(text: string): string[] {
  const spaced = text.replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2');
  return normaliseText(spaced).match(/[\p{L}\p{N}]+/gu) ?? [];
}
