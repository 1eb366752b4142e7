import { z } from 'zod';
import { NodeError } from '../../engine/errors.ts';
import type { AccountProfile, Insights, InsightsOf } from '../../engine/services.ts';
import type { GraphAccount, GraphClient } from './graph-client.ts';

/**
 * What an account may know of itself, of its posts and of other professional accounts ("IG User", "Instagram Account
 * Insights", "Instagram Media Insights", "Business Discovery" of the Instagram Platform). Answers are read leniently: a part
 * that is not as expected counts as missing.
 */

/** Documented for both logins. */
const OWN_FIELDS = 'username,name,profile_picture_url,followers_count,follows_count,media_count';
const BUSINESS_FIELDS = `${OWN_FIELDS},biography,website`;

/** Of any day and account; a total per figure (`metric_type=total_value`). */
const ACCOUNT_METRICS = ['views', 'reach', 'accounts_engaged', 'total_interactions'];
/** Posts, reels and stories have these; likes, comments and saves are unknown to stories, which would refuse them all. */
const MEDIA_METRICS = ['views', 'reach', 'shares', 'total_interactions'];

const text = z.string().min(1).nullish().catch(null);
const count = z.number().nullish().catch(null);
const accountFields = z.object({
  id: z.string(),
  username: text,
  name: text,
  biography: text,
  website: text,
  profile_picture_url: text,
  followers_count: count,
  follows_count: count,
  media_count: count,
});
const businessAnswer = z.object({ business_discovery: accountFields });
const insightsAnswer = z.object({ data: z.array(z.unknown()) });
/** A total stands in `total_value`, a figure of a post in the one entry of `values`. */
const insight = z.object({
  name: z.string(),
  total_value: z.object({ value: count }).nullish().catch(null),
  values: z
    .array(z.object({ value: count }))
    .nullish()
    .catch(null),
});

/** The account's own profile. */
export async function readAccount(
  client: GraphClient,
  account: GraphAccount,
  signal: AbortSignal,
): Promise<AccountProfile> {
  const answer = await client.call(account, accountFields, {
    operation: 'read the profile of the account',
    family: 'read_account',
    method: 'GET',
    path: `/${encodeURIComponent(account.externalId)}?fields=${OWN_FIELDS}`,
    signal,
  });
  return toProfile(answer);
}

/**
 * Figures of a post, or of the account from `since` to `until`.
 * @param request `metrics` by the platform's names; empty for those that all posts, or all accounts, have
 */
export async function readInsights(
  client: GraphClient,
  account: GraphAccount,
  request: { of: InsightsOf; metrics: readonly string[] },
  signal: AbortSignal,
): Promise<Insights> {
  try {
    const { data } = await client.call(account, insightsAnswer, {
      operation:
        'mediaId' in request.of
          ? `read the figures of post ${request.of.mediaId}`
          : 'read the figures of the account',
      family: 'read_insights',
      method: 'GET',
      path: insightsPath(account, request),
      signal,
    });
    return Object.fromEntries(data.flatMap(toFigure));
  } catch (error) {
    if (hasTooFewViewers(error)) return {};
    throw error;
  }
}

/** Another professional account; the platform answers with code 110 for all other names. */
export async function readBusiness(
  client: GraphClient,
  account: GraphAccount,
  username: string,
  signal: AbortSignal,
): Promise<AccountProfile> {
  const fields = `business_discovery.username(${username}){${BUSINESS_FIELDS}}`;
  const answer = await client.call(account, businessAnswer, {
    operation: `read the profile of @${username}`,
    family: 'business_discovery',
    method: 'GET',
    path: `/${encodeURIComponent(account.externalId)}?fields=${encodeURIComponent(fields)}`,
    signal,
  });
  return toProfile(answer.business_discovery);
}

function insightsPath(
  { externalId }: GraphAccount,
  { of, metrics }: { of: InsightsOf; metrics: readonly string[] },
): string {
  if ('mediaId' in of) {
    const metric = (metrics.length > 0 ? metrics : MEDIA_METRICS).join(',');
    return `/${encodeURIComponent(of.mediaId)}/insights?metric=${encodeURIComponent(metric)}`;
  }
  const query = new URLSearchParams({
    metric: (metrics.length > 0 ? metrics : ACCOUNT_METRICS).join(','),
    period: 'day',
    metric_type: 'total_value',
    since: String(Math.floor(Date.parse(of.since) / 1_000)),
    until: String(Math.floor(Date.parse(of.until) / 1_000)),
  });
  return `/${encodeURIComponent(externalId)}/insights?${query}`;
}

function toFigure(part: unknown): [string, number][] {
  const read = insight.safeParse(part);
  if (!read.success) return [];
  const { name, total_value: total, values } = read.data;
  const value = total?.value ?? values?.at(-1)?.value;
  return typeof value === 'number' ? [[name, value]] : [];
}

function toProfile(answer: z.output<typeof accountFields>): AccountProfile {
  const { id, username, name, biography, website, profile_picture_url: picture } = answer;
  const { followers_count: followers, follows_count: follows, media_count: media } = answer;
  return {
    id,
    ...(username && { username }),
    ...(name && { name }),
    ...(biography && { biography }),
    ...(website && { website }),
    ...(picture && { profilePictureUrl: picture }),
    ...(typeof followers === 'number' && { followerCount: followers }),
    ...(typeof follows === 'number' && { followsCount: follows }),
    ...(typeof media === 'number' && { mediaCount: media }),
  };
}

const tooFewViewers = z.object({ code: z.literal(10), message: z.string().regex(/not enough viewers/i) });

/**
 * A story that fewer than five people have seen: "error code 10 with the message (#10) Not enough viewers for the media to
 * show insights" ("Instagram Media Insights"). No permission is missing, though code and status say so.
 */
function hasTooFewViewers(error: unknown): boolean {
  return error instanceof NodeError && tooFewViewers.safeParse(error.details).success;
}
