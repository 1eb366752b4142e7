import { z } from 'zod';
import type { ConversationStarters, MessageButton, PersonProfile } from '../../engine/services.ts';
import type { GraphAccount, GraphClient } from './graph-client.ts';
import { toGraphButton } from './graph-messages.ts';

const PROFILE_FIELDS = 'name,username,profile_pic,follower_count,is_user_follow_business';

const profileAnswer = z.object({
  username: z.string().optional(),
  name: z.string().nullish(),
  profile_pic: z.string().nullish(),
  follower_count: z.number().int().nullish(),
  is_user_follow_business: z.boolean().nullish(),
});

/** A person who wrote to the account ("User Profile API"; the platform refuses others for want of consent, code 230). */
export async function readProfile(
  client: GraphClient,
  account: GraphAccount,
  personId: string,
  signal: AbortSignal,
): Promise<PersonProfile> {
  const answer = await client.call(account, profileAnswer, {
    operation: `read the profile of ${personId}`,
    family: 'read_profile',
    method: 'GET',
    path: `/${encodeURIComponent(personId)}?fields=${PROFILE_FIELDS}`,
    signal,
  });
  return {
    ...(answer.username && { username: answer.username }),
    ...(answer.name && { name: answer.name }),
    ...(answer.profile_pic && { profilePictureUrl: answer.profile_pic }),
    ...(typeof answer.follower_count === 'number' && { followerCount: answer.follower_count }),
    ...(typeof answer.is_user_follow_business === 'boolean' && {
      isFollower: answer.is_user_follow_business,
    }),
  };
}

const iceBreakerSchema = z.object({ question: z.string(), payload: z.string().default('') });
const menuItemSchema = z.object({
  type: z.string(),
  title: z.string(),
  url: z.string().optional(),
  payload: z.string().optional(),
});
const localized = <T extends z.ZodType>(item: T) =>
  z.array(z.object({ locale: z.string().default('default'), call_to_actions: z.array(item) })).default([]);
/** The documentation shows ice breakers both under their name and, in the newer form, bare. */
const startersAnswer = z.object({
  data: z.array(
    z.union([
      z.object({ locale: z.string(), call_to_actions: z.array(iceBreakerSchema) }),
      z.object({ ice_breakers: localized(iceBreakerSchema), persistent_menu: localized(menuItemSchema) }),
    ]),
  ),
});
const resultAnswer = z.looseObject({});

/** Ice breakers and persistent menu, those of everybody's language ("Ice Breakers", "The Persistent Menu"). */
export async function readStarters(
  client: GraphClient,
  account: GraphAccount,
  signal: AbortSignal,
): Promise<ConversationStarters> {
  const { data } = await client.call(account, startersAnswer, {
    operation: 'read the ice breakers and the menu',
    family: 'read_starters',
    method: 'GET',
    path: `${STARTERS}&fields=ice_breakers,persistent_menu`,
    signal,
  });
  const starters: ConversationStarters = { iceBreakers: [], menu: [] };
  for (const entry of data) {
    if ('call_to_actions' in entry) {
      if (entry.locale === 'default') starters.iceBreakers.push(...entry.call_to_actions);
      continue;
    }
    starters.iceBreakers.push(...defaultOf(entry.ice_breakers));
    starters.menu.push(...defaultOf(entry.persistent_menu).flatMap(toButton));
  }
  return starters;
}

/** Replaces what is named; an empty list removes it. */
export async function writeStarters(
  client: GraphClient,
  account: GraphAccount,
  { iceBreakers, menu }: Partial<ConversationStarters>,
  signal: AbortSignal,
): Promise<void> {
  const set = {
    ...(iceBreakers?.length && { ice_breakers: [{ locale: 'default', call_to_actions: iceBreakers }] }),
    ...(menu?.length && {
      persistent_menu: [{ locale: 'default', call_to_actions: menu.map(toGraphButton) }],
    }),
  };
  const removed = [
    ...(iceBreakers?.length === 0 ? ['ice_breakers'] : []),
    ...(menu?.length === 0 ? ['persistent_menu'] : []),
  ];
  const call = { operation: 'set the ice breakers and the menu', family: 'write_starters', signal };
  if (Object.keys(set).length > 0) {
    const body = { platform: 'instagram', ...set };
    await client.call(account, resultAnswer, { ...call, method: 'POST', path: STARTERS, body });
  }
  if (removed.length > 0) {
    const path = `${STARTERS}&fields=${removed.join(',')}`;
    await client.call(account, resultAnswer, { ...call, method: 'DELETE', path });
  }
}

/** Of the account, or of its page with the Facebook login: the token decides (graph-messages.ts). */
const STARTERS = '/me/messenger_profile?platform=instagram';

function defaultOf<T>(entries: { locale: string; call_to_actions: T[] }[]): T[] {
  return entries.find(({ locale }) => locale === 'default')?.call_to_actions ?? [];
}

function toButton({ type, title, url, payload }: z.output<typeof menuItemSchema>): MessageButton[] {
  if (type === 'web_url' && url !== undefined) return [{ type: 'url', title, url }];
  return type === 'postback' ? [{ type: 'postback', title, payload: payload ?? '' }] : [];
}
