import type { ModerationCategory } from '../../../engine/services.ts';
import type { AiGuardrails } from '../../contract/ai-guardrails.ts';
import { isInDomains, unsupportedClaims } from './check-claims.ts';
import type { ClaimKind } from './find-claims.ts';
import { findClaims } from './find-claims.ts';
import { findPhrases, findPromises } from './find-phrases.ts';
import { injectionSigns } from './injection-signs.ts';
import { echoes, leaksPrompt } from './prompt-leak.ts';

/** A text of the AI, with what it may rely on and what it answers. */
export type TextToCheck = {
  text: string;
  /** The owner's instructions, without what strangers wrote. */
  instructions: string;
  /** What may be stated: passages, what tools found, the text that is translated. */
  sources: readonly string[];
  /** What a stranger wrote; absent where the owner's words alone led to the text. */
  message?: string | undefined;
  username?: string | undefined;
  /** Our own part of the system prompt. */
  rules: string;
};

/** What is wrong with a text. One that `canRepair` is told to the model, which is asked once more. */
export type Finding = { reason: string; canRepair: boolean };

/** From here on a category of moderation counts. Links and spam of our own texts are matters of the other checks. */
const FLAGGED_FROM = 0.5;
const OF_OWN_TEXTS: ModerationCategory[] = ['insult', 'threat', 'hate', 'sexual', 'self_harm', 'violence'];

const IN_WORDS: Record<ClaimKind, string> = {
  link: 'the link',
  email: 'the e-mail address',
  handle: 'the account',
  code: 'the code',
  price: 'the price',
  percentage: 'the percentage',
  date: 'the date',
  time: 'the time',
  weekday: 'the weekday',
  relative_date: 'the day',
  duration: 'the duration',
  phone: 'the phone number',
};

/** Everything that speaks against sending a text as it is. Pure; moderation is separate, since it may ask a provider. */
export function checkText(check: TextToCheck, guardrails: AiGuardrails): Finding[] {
  const { text, instructions, sources, message, username, rules } = check;
  const { allowedDomains, blockedPhrases, neverPromise } = guardrails;
  const own = [instructions, ...sources];
  const repairable = (reasons: string[]) => reasons.map((reason) => ({ reason, canRepair: true }));
  return [
    ...repairable(
      unsupportedClaims(text, { texts: own, allowedDomains, username }).map(
        ({ kind, text: claim }) =>
          `${IN_WORDS[kind]} "${claim}" stands neither in the instructions nor in the passages`,
      ),
    ),
    ...repairable(foreignLinks(text, allowedDomains).map((link) => `links to ${link} are not allowed`)),
    ...repairable(findPhrases(text, blockedPhrases).map((phrase) => `"${phrase}" is blocked`)),
    ...repairable(findPromises(text, neverPromise).map((promise) => `"${promise}" must not be promised`)),
    ...(leaksPrompt(text, { rules, instructions, mayBeSaid: sources })
      ? [{ reason: 'it gives away what the AI was told', canRepair: true }]
      : []),
    ...(message !== undefined && echoes(text, message, own)
      ? [{ reason: 'it says what the person wrote instead of answering it', canRepair: true }]
      : []),
    ...(message === undefined ? [] : injectionSigns(message)).map((sign) => ({
      reason: `the message ${sign}`,
      canRepair: false,
    })),
  ];
}

/** What moderation says against a text. */
export function moderationFindings(scores: Record<ModerationCategory, number>): Finding[] {
  const flagged = OF_OWN_TEXTS.filter((category) => scores[category] >= FLAGGED_FROM);
  return flagged.map((category) => ({
    reason: `moderation found: ${category.replace('_', ' ')}`,
    canRepair: true,
  }));
}

/** Where the workspace names domains, no others are linked to, wherever the link stands. */
function foreignLinks(text: string, allowedDomains: readonly string[]): string[] {
  if (allowedDomains.length === 0) return [];
  const links = findClaims(text).filter(
    ({ kind, value }) => kind === 'link' && !isInDomains(value, allowedDomains),
  );
  return links.map(({ text: link }) => link);
}
