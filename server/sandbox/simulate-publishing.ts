import {
  badParameter,
  containerStatus,
  noSuchObject,
  POSTS_A_DAY,
  refuseMediaUrl,
  refusePublishing,
} from './rules.ts';
import { ownItem } from './sandbox-items.ts';
import type { MediaDetails } from './sandbox-media.ts';
import { mediaDetails, postOf } from './sandbox-media.ts';
import type { SandboxRow } from './sandbox-store.ts';
import type { Simulate, SimulatedCall } from './simulated-call.ts';
import { parameter, Refused, requiredText, requireOwn, throwIf } from './simulated-call.ts';

const DAY_MS = 86_400_000;

export const createContainer: Simulate = async (call) => {
  requireOwn(call);
  const caption = parameter(call, 'caption');
  const container = await call.store.add({
    ...ownItem(call.account, 'container', typeof caption === 'string' ? caption : '', call.now()),
    attachments: [await detailsOf(call)],
    isSilent: true,
  });
  return { id: container.externalId };
};

export const publishContainer: Simulate = async (call) => {
  requireOwn(call);
  const { account, store, now } = call;
  const containerId = requiredText(call, 'creation_id');
  const container = await store.find(account.externalId, containerId);
  const details = container && mediaDetails(container);
  if (container?.kind !== 'container' || !details || details.isItem) {
    throw new Refused(noSuchObject(containerId));
  }
  throwIf(refusePublishing(await statusOf(call, container, details), await publishedToday(call)));
  const media = await store.add({
    ...ownItem(account, 'media', container.text, now()),
    parentExternalId: containerId,
    attachments: [details],
    isSilent: true,
  });
  return { id: media.externalId };
};

export const listMedia: Simulate = async (call) => {
  requireOwn(call);
  const published = await call.store.published(call.account.externalId);
  const posts = published.filter((row) => mediaDetails(row)?.product !== 'STORY');
  return { data: posts.toReversed().map(mediaFields) };
};

export const publishingLimit: Simulate = async (call) => {
  requireOwn(call);
  const config = { quota_total: POSTS_A_DAY, quota_duration: 86_400 };
  return { data: [{ quota_usage: await publishedToday(call), config }] };
};

/** A container or post as the platform shows it; undefined where the id is of neither. */
export async function showMedia(call: SimulatedCall): Promise<object | undefined> {
  const post = postOf(call.id);
  if (post) return { id: post.id, caption: post.caption, media_product_type: post.product };
  const row = await call.store.find(call.account.externalId, call.id);
  if (row?.kind === 'media') return mediaFields(row);
  const details = row && mediaDetails(row);
  if (row?.kind !== 'container' || !details) return undefined;
  const status = await statusOf(call, row, details);
  return { id: row.externalId, status_code: status, status: STATUS_TEXTS[status] };
}

const STATUS_TEXTS = {
  EXPIRED: 'Expired: The container was not published within 24 hours.',
  ERROR: 'Error: Media upload has failed with error code 2207026',
  FINISHED: 'Finished: Media has been uploaded and it is ready to be published.',
  IN_PROGRESS: 'In Progress: Media is still being processed.',
  PUBLISHED: 'Published: Media has been published.',
} as const;

async function statusOf(call: SimulatedCall, { externalId, at }: SandboxRow, details: MediaDetails) {
  const published = await call.store.publishedFrom(call.account.externalId, externalId);
  return containerStatus({ ...details, at, isPublished: published !== undefined }, call.now());
}

async function publishedToday({ store, account, now }: SimulatedCall): Promise<number> {
  const since = now().getTime() - DAY_MS;
  return (await store.published(account.externalId)).filter(({ at }) => at.getTime() > since).length;
}

async function detailsOf(call: SimulatedCall): Promise<MediaDetails> {
  const type = String(parameter(call, 'media_type') ?? 'IMAGE');
  if (type === 'CAROUSEL') return carouselOf(call);
  const isItem = String(parameter(call, 'is_carousel_item') ?? '') === 'true';
  const video = parameter(call, 'video_url');
  const hasVideo = typeof video === 'string';
  if (type === 'REELS' && !hasVideo) throw new Refused(badParameter('video_url'));
  const url = hasVideo ? video : requiredText(call, 'image_url');
  throwIf(refuseMediaUrl(url));
  const product = type === 'REELS' ? 'REELS' : type === 'STORIES' ? 'STORY' : 'FEED';
  return { type: 'media', product, urls: [url], hasVideo, isItem };
}

async function carouselOf(call: SimulatedCall): Promise<MediaDetails> {
  const children = parameter(call, 'children');
  const ids = Array.isArray(children) ? children.map(String) : requiredText(call, 'children').split(',');
  if (ids.length < 2 || ids.length > 10) throw new Refused(badParameter('children'));
  const items: MediaDetails[] = [];
  for (const id of ids) {
    const row = await call.store.find(call.account.externalId, id);
    const details = row && mediaDetails(row);
    if (row?.kind !== 'container' || !details?.isItem) throw new Refused(noSuchObject(id));
    throwIf(refusePublishing(await statusOf(call, row, details), 0));
    items.push(details);
  }
  const urls = items.flatMap((item) => item.urls);
  return { type: 'media', product: 'FEED', urls, hasVideo: false, isItem: false };
}

function mediaFields(row: SandboxRow) {
  return {
    id: row.externalId,
    caption: row.text,
    timestamp: row.at.toISOString(),
    media_product_type: mediaDetails(row)?.product ?? 'FEED',
    permalink: `https://www.instagram.com/p/${row.externalId}/`,
  };
}
