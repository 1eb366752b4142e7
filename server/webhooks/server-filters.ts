import type { TriggerEvent } from '../../engine/event.ts';
import type { ServerFilter } from '../../nodes/trigger/who-and-when.ts';
import { serverFilterSchema } from '../../nodes/trigger/who-and-when.ts';
import { detectLanguage } from '../ai/builtin/language.ts';

export type { ServerFilter };

/** How often a trigger lets one person through. */
export type PassRule = {
  /** The next time is this much later; null: never. */
  seconds: number | null;
  /** Only somebody who has not written before. */
  firstOnly: boolean;
};

/** What a trigger asks that its `matches`, which knows the event alone, can't decide. Null: nothing. */
export function serverFilterOf(config: unknown): ServerFilter | null {
  const filter = serverFilterSchema.safeParse(config);
  if (!filter.success) return null;
  const { oncePerPerson, languages, followers, firstOnly } = filter.data;
  const asksNothing =
    oncePerPerson === 'always' && languages.length === 0 && followers === 'anyone' && !firstOnly;
  return asksNothing ? null : filter.data;
}

/**
 * Whether the language of the text and who wrote it are as the trigger wants them.
 * @param isFollower null: not known
 */
export function passesServerFilter(
  filter: ServerFilter | null,
  event: TriggerEvent,
  isFollower: boolean | null,
): boolean {
  if (!filter) return true;
  return passesFollowers(filter, isFollower) && passesLanguages(filter, event);
}

/** Null: every time. */
export function passRuleOf(filter: ServerFilter | null): PassRule | null {
  if (!filter) return null;
  const { oncePerPerson, oncePeriod, firstOnly } = filter;
  if (firstOnly) return { seconds: null, firstOnly };
  switch (oncePerPerson) {
    case 'always':
      return null;
    case 'hours':
      return { seconds: oncePeriod * 3_600, firstOnly };
    case 'days':
      return { seconds: oncePeriod * 86_400, firstOnly };
    case 'ever':
      return { seconds: null, firstOnly };
    default:
      return oncePerPerson satisfies never;
  }
}

function passesFollowers({ followers, followersUnknown }: ServerFilter, isFollower: boolean | null): boolean {
  if (followers === 'anyone') return true;
  if (isFollower === null) return followersUnknown;
  return isFollower === (followers === 'followers');
}

function passesLanguages({ languages }: ServerFilter, { comment, message }: TriggerEvent): boolean {
  const text = comment?.text ?? message?.text ?? '';
  const letters = text.match(/\p{L}/gu) ?? [];
  if (languages.length === 0 || letters.length === 0) return true;
  // The detector knows languages of the Latin script only, and takes all others for English.
  const latin = letters.filter((letter) => /\p{Script=Latin}/u.test(letter));
  return latin.length * 2 > letters.length && languages.includes(detectLanguage(text));
}
