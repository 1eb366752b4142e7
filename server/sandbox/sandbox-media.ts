import type { SandboxMedia } from '../contract/sandbox.ts';
import type { SandboxRow } from './sandbox-store.ts';

/** A post with what Meta tells of it in a comment's webhook. */
export type Post = Pick<SandboxMedia, 'id' | 'product' | 'caption'> & { ad?: { id: string; title: string } };

/** The post that everybody comments on unless another is named. */
export const DEFAULT_MEDIA = '17900000000000001';
/** Somebody else's post, under which the account is mentioned. */
export const FOREIGN_MEDIA = '17900000000000009';

/** The posts that the sandbox account has from the beginning. */
export const POSTS: readonly Post[] = [
  { id: DEFAULT_MEDIA, product: 'FEED', caption: 'Our new morning blend is here. How do you like it?' },
  { id: '17900000000000002', product: 'REELS', caption: 'Latte art in ten seconds.' },
  {
    id: '17900000000000003',
    product: 'AD',
    caption: 'Three bags for two, this week only.',
    ad: { id: '120200000000000001', title: 'Three for two' },
  },
  { id: '17900000000000004', product: 'LIVE', caption: 'Live from the roastery.' },
];

export const postOf = (mediaId: string | null): Post | undefined => POSTS.find(({ id }) => id === mediaId);

/** All posts of an account: those of the beginning and those that flows published, the newest last. */
export function postsOf(published: readonly SandboxRow[], commentsOff: readonly string[]): SandboxMedia[] {
  const withComments = (id: string) => !commentsOff.includes(id);
  return [
    ...POSTS.map(({ id, product, caption }) => ({
      id,
      product,
      caption,
      commentsAllowed: withComments(id),
      publishedAt: null,
      urls: [],
    })),
    ...published.map((row) => {
      const details = mediaDetails(row);
      return {
        id: row.externalId,
        product: details?.product ?? ('FEED' as const),
        caption: row.text,
        commentsAllowed: withComments(row.externalId),
        publishedAt: row.at.toISOString(),
        urls: details?.urls ?? [],
      };
    }),
  ];
}

/** What a container holds and becomes; the one part of rows of the kinds `container` and `media`. */
export type MediaDetails = {
  type: 'media';
  product: 'FEED' | 'REELS' | 'STORY';
  urls: string[];
  hasVideo: boolean;
  /** Part of a carousel: not published by itself. */
  isItem: boolean;
};

export function mediaDetails(row: SandboxRow): MediaDetails | undefined {
  return row.attachments.find((part): part is MediaDetails => isMediaDetails(part));
}

function isMediaDetails(part: unknown): part is MediaDetails {
  return typeof part === 'object' && part !== null && 'type' in part && part.type === 'media';
}
