import { createHash } from 'node:crypto';
import { noSuchBusiness, noSuchObject, refuseInsights, refuseMetrics } from './rules.ts';
import { followerId } from './sandbox-account.ts';
import { mediaDetails, postOf } from './sandbox-media.ts';
import type { Simulate, SimulatedCall } from './simulated-call.ts';
import { Refused, requiredText, throwIf } from './simulated-call.ts';

/** "Instagram Account Insights", interaction metrics with a total; "Instagram Media Insights", by kind of post. */
const ACCOUNT_METRICS =
  'accounts_engaged comments likes profile_links_taps reach replies reposts saves shares total_interactions views'.split(
    ' ',
  );
const SHARED_METRICS = 'reach shares total_interactions views'.split(' ');
const MEDIA_METRICS: Readonly<Record<string, readonly string[]>> = {
  STORY: [...SHARED_METRICS, 'follows', 'navigation', 'profile_activity', 'profile_visits', 'replies'],
  REELS: [...SHARED_METRICS, 'comments', 'likes', 'saved', 'ig_reels_avg_watch_time'],
  FEED: [...SHARED_METRICS, 'comments', 'follows', 'likes', 'profile_activity', 'profile_visits', 'saved'],
};

const BUSINESS = /business_discovery\.username\(([^)]*)\)/;

/** `GET /{account}`: its own profile, and another business where the fields ask for one. */
export const showAccount: Simulate = async (call) => {
  const { account } = call;
  const own = {
    id: account.externalId,
    user_id: account.externalId,
    account_type: 'BUSINESS',
    ...profileOf(account.username),
  };
  const [, username] = BUSINESS.exec(String(call.query.fields ?? '')) ?? [];
  return username === undefined ? own : { ...own, business_discovery: await showBusiness(call, username) };
};

/** `GET /{account or post}/insights` */
export const readInsights: Simulate = async (call) => {
  const asked = requiredText(call, 'metric').split(',');
  const isOwn = call.id === 'me' || call.id === call.account.externalId;
  if (isOwn) {
    throwIf(refuseMetrics(asked, ACCOUNT_METRICS));
    const period = requiredText(call, 'period');
    const figure = (name: string) => ({ total_value: { value: numberOf(name, call.account.username) } });
    return { data: asked.map((name) => ({ ...titled(call, name, period), ...figure(name) })) };
  }
  const product = await productOf(call);
  if (product === undefined) throw new Refused(noSuchObject(call.id));
  throwIf(refuseInsights(product));
  throwIf(refuseMetrics(asked, MEDIA_METRICS[product] ?? MEDIA_METRICS.FEED ?? []));
  const figure = (name: string) => ({ values: [{ value: numberOf(name, call.id) }] });
  return { data: asked.map((name) => ({ ...titled(call, name, 'lifetime'), ...figure(name) })) };
};

/** Every name is a business here, but for the people who commented or wrote. */
async function showBusiness(call: SimulatedCall, username: string): Promise<object> {
  const { account, store } = call;
  const isPerson = await store.lastFrom(account.externalId, followerId(account.externalId, username));
  if (isPerson || !/^[\w.]{1,30}$/.test(username)) throw new Refused(noSuchBusiness());
  return {
    id: followerId('business', username),
    biography: `We are ${username}.`,
    website: `https://example.com/${username}`,
    ...profileOf(username),
  };
}

async function productOf({ store, account, id }: SimulatedCall): Promise<string | undefined> {
  const post = postOf(id);
  if (post) return post.product;
  const row = await store.find(account.externalId, id);
  return row?.kind === 'media' ? mediaDetails(row)?.product : undefined;
}

const profileOf = (username: string) => ({
  username,
  name: username.charAt(0).toUpperCase() + username.slice(1),
  profile_picture_url: `https://example.com/accounts/${encodeURIComponent(username)}.jpg`,
  followers_count: numberOf('followers', username),
  follows_count: numberOf('follows', username),
  media_count: numberOf('media', username),
});

const titled = ({ id }: SimulatedCall, name: string, period: string) => ({
  name,
  period,
  title: name,
  id: `${id}/insights/${name}/${period}`,
});

/** The same for the same name: what is made up does not change under the eyes of who tries things out. */
function numberOf(name: string, of: string): number {
  return createHash('sha256').update(`${name} ${of}`).digest().readUInt16BE() % 5_000;
}
