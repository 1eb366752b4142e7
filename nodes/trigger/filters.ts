import { z } from 'zod';
import type { TriggerEvent } from '../../engine/event.ts';
import { patternProblem } from '../../engine/pattern.ts';
import { keywordMatchSchema, matchesKeywords } from './keywords.ts';
import { hoursFields, passesHours, personFields, refuseBadHours } from './who-and-when.ts';

/** Fields by which a trigger chooses its events (DESIGN 8, "Trigger filters"). */

export const keywordFields = {
  keywords: z.array(z.string().trim().min(1).max(200)).max(100).default([]).meta({
    title: 'Keywords',
    description: 'Start only when the text has these words. Leave empty to start on every text.',
    placeholder: 'Type a word and press Enter',
    widget: 'tags',
    template: false,
  }),
  match: keywordMatchSchema.default('any').meta({
    title: 'Match',
    description:
      'any: one of the words is enough. all: every word must be there. exact: the text is just that word. regex: the keywords are patterns, for experts. Capital letters and accents never matter.',
  }),
};

export const ownFields = {
  ignoreOwn: z.boolean().default(true).meta({
    title: 'Ignore what the account itself writes',
    description: 'Keep this on: without it the flow would answer its own replies.',
    advanced: true,
  }),
  account: z.string().max(64).optional().meta({
    title: 'Account',
    description: 'Listen to one account only. Leave empty to listen to all of them.',
    widget: 'account',
    advanced: true,
    template: false,
  }),
};

/** What every trigger of Instagram has: whose events, from whom, how often and when. */
export const commonFields = { ...personFields, ...hoursFields, ...ownFields };

/** For `.superRefine` of a trigger with keywords and the common fields. */
export function refuseBadFilters(
  config: { keywords: string[]; match: string; hours: string },
  context: { addIssue(issue: { code: 'custom'; message: string; path: PropertyKey[] }): void },
): void {
  refuseBadPatterns(config, context);
  refuseBadHours(config, context);
}

/** With `match: regex`, names every keyword that is not a valid pattern. */
function refuseBadPatterns(
  config: { keywords: string[]; match: string },
  context: { addIssue(issue: { code: 'custom'; message: string; path: PropertyKey[] }): void },
): void {
  if (config.match !== 'regex') return;
  for (const [index, keyword] of config.keywords.entries()) {
    const problem = patternProblem(keyword);
    if (problem) {
      context.addIssue({
        code: 'custom',
        message: `"${keyword}" is not a valid pattern: ${problem}`,
        path: ['keywords', index],
      });
    }
  }
}

/** Whether the event came to the account that the trigger listens to, and not from that account itself. */
export function passesOwnFilter(
  event: TriggerEvent,
  config: { ignoreOwn: boolean; account?: string | undefined },
): boolean {
  return isForAccount(event, config.account) && !(config.ignoreOwn && isOwn(event));
}

/** What of the common fields needs the event alone; the server decides the rest (`serverFilterSchema`). */
export function passesCommonFilters(
  event: TriggerEvent,
  config: { ignoreOwn: boolean; account?: string | undefined; hours: string; outsideHours: boolean },
): boolean {
  return passesOwnFilter(event, config) && passesHours(event, config);
}

/** Whether one of the texts has the keywords. */
export function passesKeywords(
  texts: (string | undefined)[],
  config: { keywords: string[]; match: z.output<typeof keywordMatchSchema> },
): boolean {
  return texts.some((text) => matchesKeywords(text ?? '', config.keywords, config.match));
}

/** The event as the step's output: all but the untouched payload, which is stored with the execution anyway. */
export function eventOutput(event: TriggerEvent): Omit<TriggerEvent, 'raw'> {
  const { raw: _raw, ...output } = event;
  return output;
}

/** Whether the event came to the account that the trigger listens to: our id or the platform's; none listens to all. */
export function isForAccount(event: TriggerEvent, account: string | undefined): boolean {
  if (!account) return true;
  return event.account?.id === account || event.account?.rowId === account;
}

/**
 * Whether the account itself did it. Its comments and messages come back as events: marked as such, with its id or, on
 * some logins, only its name.
 */
export function isOwn(event: TriggerEvent): boolean {
  if (event.isOwn) return true;
  const { account, from } = event;
  if (!account || !from) return false;
  return account.id === from.id || (account.username !== undefined && account.username === from.username);
}
