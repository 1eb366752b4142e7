import { z } from 'zod';
import type { TriggerEvent } from '../../engine/event.ts';
import type { Hours } from '../../engine/hours.ts';
import { isWithinHours, parseHours } from '../../engine/hours.ts';

/** Languages that a text can be told to be in (server/ai/builtin/language.ts). */
const LANGUAGES = ['en', 'de', 'es', 'fr', 'pt', 'it'] as const;

/**
 * Fields by which every trigger of people chooses who starts it, and how often. What needs knowledge of the server is
 * decided there (server/webhooks/server-filters.ts), `hours` here.
 */
export const personFields = {
  oncePerPerson: z.enum(['always', 'hours', 'days', 'ever']).default('always').meta({
    title: 'How often per person',
    description:
      'always: every time. hours or days: once in the number of hours or days below. ever: only the first time.',
    advanced: true,
  }),
  oncePeriod: z.number().int().min(1).max(366).default(1).meta({
    title: 'Hours or days',
    description: 'The number of hours or days in which one person starts the flow once.',
    advanced: true,
  }),
  languages: z.array(z.enum(LANGUAGES)).max(LANGUAGES.length).default([]).meta({
    title: 'Languages',
    description:
      'Start only for texts in these languages. Leave empty for all. Without words, as with a single emoji, nobody can tell: such texts pass.',
    advanced: true,
  }),
  followers: z.enum(['anyone', 'followers', 'others']).default('anyone').meta({
    title: 'Followers',
    description: 'followers: only people who follow you. others: only people who do not.',
    advanced: true,
  }),
  followersUnknown: z.boolean().default(true).meta({
    title: 'Also when it is not known',
    description:
      'Instagram tells whether a person follows you only after that person has written to you. On: such people pass. Off: they do not.',
    advanced: true,
  }),
};

export const hoursFields = {
  hours: z.string().max(100).default('').meta({
    title: 'Hours',
    description: 'Start only at these times. Leave empty for always. Without a time zone it is UTC.',
    placeholder: 'Mon-Fri 09:00-17:00 Europe/Berlin',
    advanced: true,
    template: false,
  }),
  outsideHours: z.boolean().default(false).meta({
    title: 'Only outside these hours',
    description: 'On: start at all times but these, for example to tell people when you are back.',
    advanced: true,
  }),
};

/**
 * What the server decides before it starts a trigger: the fields above and `firstOnly` (trigger.message). A trigger
 * without such fields lets everybody through.
 */
export const serverFilterSchema = z.object({
  oncePerPerson: personFields.oncePerPerson,
  oncePeriod: personFields.oncePeriod,
  languages: personFields.languages,
  followers: personFields.followers,
  followersUnknown: personFields.followersUnknown,
  firstOnly: z.boolean().default(false),
});
export type ServerFilter = z.output<typeof serverFilterSchema>;

/** For `.superRefine`: says what is wrong with `hours`. */
export function refuseBadHours(
  config: { hours: string },
  context: { addIssue(issue: { code: 'custom'; message: string; path: PropertyKey[] }): void },
): void {
  if (config.hours.trim() === '') return;
  try {
    hoursOf(config.hours);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    context.addIssue({ code: 'custom', message, path: ['hours'] });
  }
}

/** Whether the event happened at a time at which the trigger listens. */
export function passesHours(event: TriggerEvent, config: { hours: string; outsideHours: boolean }): boolean {
  if (config.hours.trim() === '') return true;
  return isWithinHours(hoursOf(config.hours), new Date(event.at)) !== config.outsideHours;
}

/** Spans by their text. Beyond this many it starts anew, so that it can't grow without bound. */
const MAX_KEPT = 1_000;
const kept = new Map<string, Hours>();

function hoursOf(text: string): Hours {
  const known = kept.get(text);
  if (known) return known;
  const hours = parseHours(text);
  if (kept.size >= MAX_KEPT) kept.clear();
  kept.set(text, hours);
  return hours;
}
