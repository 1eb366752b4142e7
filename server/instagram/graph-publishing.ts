import { z } from 'zod';
import type { ContainerStatus, PostContent } from '../../engine/services.ts';
import type { GraphAccount, GraphClient } from './graph-client.ts';

/**
 * Publishing is three calls ("Content Publishing"): a container that the platform fills from the given addresses, its
 * status until it is FINISHED, then the publishing itself.
 */

const idAnswer = z.object({ id: z.string() });
const statusAnswer = z.object({
  status_code: z.enum(['EXPIRED', 'ERROR', 'FINISHED', 'IN_PROGRESS', 'PUBLISHED']),
  status: z.string().default(''),
});
const limitAnswer = z.object({
  data: z
    .array(z.object({ quota_usage: z.number(), config: z.object({ quota_total: z.number() }).optional() }))
    .min(1),
});
const mediaAnswer = z.object({
  data: z.array(
    z.object({
      id: z.string(),
      caption: z.string().default(''),
      timestamp: z.string().optional(),
      permalink: z.string().optional(),
    }),
  ),
});

/** What the documentation says where an answer leaves the total out ("IG User Content Publishing Limit"). */
const DEFAULT_POSTS_A_DAY = 50;

/** Nobody sees a container; one that is not published is gone after 24 hours. */
export async function createContainer(
  client: GraphClient,
  account: GraphAccount,
  post: PostContent,
  signal: AbortSignal,
): Promise<{ containerId: string }> {
  const { id } = await client.call(account, idAnswer, {
    operation: `prepare the ${post.kind.replace('_', ' ')}`,
    family: 'create_container',
    method: 'POST',
    path: `/${encodeURIComponent(account.externalId)}/media`,
    body: containerOf(post),
    signal,
  });
  return { containerId: id };
}

export async function readContainer(
  client: GraphClient,
  account: GraphAccount,
  containerId: string,
  signal: AbortSignal,
): Promise<{ status: ContainerStatus; detail: string }> {
  const answer = await client.call(account, statusAnswer, {
    operation: `look at container ${containerId}`,
    family: 'read_container',
    method: 'GET',
    path: `/${encodeURIComponent(containerId)}?fields=status_code,status`,
    signal,
  });
  return { status: answer.status_code, detail: answer.status };
}

export async function publishContainer(
  client: GraphClient,
  account: GraphAccount,
  containerId: string,
  signal: AbortSignal,
): Promise<{ mediaId: string }> {
  const { id } = await client.call(account, idAnswer, {
    operation: `publish container ${containerId}`,
    family: 'publish_container',
    method: 'POST',
    path: `/${encodeURIComponent(account.externalId)}/media_publish`,
    body: { creation_id: containerId },
    signal,
  });
  return { mediaId: id };
}

/** How much of the allowance of 24 hours is used up. */
export async function readPublishingLimit(
  client: GraphClient,
  account: GraphAccount,
  signal: AbortSignal,
): Promise<{ used: number; total: number }> {
  const { data } = await client.call(account, limitAnswer, {
    operation: 'read the publishing limit',
    family: 'publishing_limit',
    method: 'GET',
    path: `/${encodeURIComponent(account.externalId)}/content_publishing_limit?fields=config,quota_usage`,
    signal,
  });
  const [limit] = data;
  return { used: limit?.quota_usage ?? 0, total: limit?.config?.quota_total ?? DEFAULT_POSTS_A_DAY };
}

/** The newest posts first. */
export async function listMedia(client: GraphClient, account: GraphAccount, signal: AbortSignal) {
  const { data } = await client.call(account, mediaAnswer, {
    operation: 'list the newest posts',
    family: 'list_media',
    method: 'GET',
    path: `/${encodeURIComponent(account.externalId)}/media?fields=id,caption,timestamp,permalink&limit=25`,
    signal,
  });
  return data.map(({ id, caption, timestamp, permalink }) => ({
    id,
    caption,
    ...(timestamp && { at: timestamp }),
    ...(permalink && { permalink }),
  }));
}

function containerOf(post: PostContent): object {
  switch (post.kind) {
    case 'image':
      return { image_url: post.url, caption: post.caption };
    case 'reel':
      return { media_type: 'REELS', video_url: post.url, caption: post.caption };
    case 'story':
      return { media_type: 'STORIES', ...sourceOf(post) };
    case 'carousel_item':
      return {
        is_carousel_item: true,
        ...(post.media === 'video' && { media_type: 'VIDEO' }),
        ...sourceOf(post),
      };
    case 'carousel':
      return { media_type: 'CAROUSEL', children: post.children.join(','), caption: post.caption };
    default:
      return post satisfies never;
  }
}

const sourceOf = ({ url, media }: { url: string; media: 'image' | 'video' }) =>
  media === 'image' ? { image_url: url } : { video_url: url };
