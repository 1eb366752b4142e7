import { z } from 'zod';
import { NodeError } from '../../engine/errors.ts';
import type { NodeContext, NodeResult } from '../../engine/node-type.ts';
import { describeNode, fired, waitFor } from '../../engine/node-type.ts';
import type { PostContent } from '../../engine/services.ts';
import { accountField, templateField } from '../config-fields.ts';
import { checkedUrl } from './limits.ts';

/** "Content Publishing": captions of 2,200 characters, carousels of 2 to 10 items. */
const MAX_CAPTION_CHARACTERS = 2_200;
const MAX_ITEMS = 10;
/** A container that is not ready after this long never will be; it is gone after 24 hours anyway. */
const LONGEST_PREPARATION_MS = 3_600_000;

const config = z.object({
  kind: z.enum(['image', 'carousel', 'reel', 'story']).default('image').meta({
    title: 'What',
    description:
      'image: one picture. carousel: 2 to 10 pictures or videos. reel: one video. story: one of either.',
  }),
  urls: z
    .array(z.string().max(2_500).meta({ title: 'Address', placeholder: 'https://…' }))
    .max(MAX_ITEMS)
    .default([''])
    .meta({
      title: 'Addresses',
      description:
        'Where Instagram gets the files: public addresses with https. Pictures are JPEG. What ends in .mp4 or .mov is a video.',
    }),
  caption: templateField('', {
    title: 'Caption',
    description: 'Up to 2,200 characters. Stories have none.',
    placeholder: 'Fresh from the oven.',
  }),
  account: accountField(),
});

type Config = z.output<typeof config>;
type Context = NodeContext<Config>;
type Container = { containerId: string; createdAt: string };

/** Publishes on the account's profile. */
export class PublishPost {
  static readonly description = describeNode({
    type: 'instagram.publish_post',
    version: 1,
    category: 'instagram',
    kind: 'step',
    name: 'Publish a post',
    summary: 'Publishes a picture, a carousel, a reel or a story.',
    icon: 'camera',
    phrase: 'Publish {{ kind }}: {{ caption }}',
    docs: [
      'Publishes a picture, a carousel, a reel or a story on your profile. Instagram gets the files from the addresses that you give, which takes seconds for a picture and minutes for a video; the flow waits for it without holding anything.',
      '',
      'Example: **Schedule** every Monday at 9 → **Publish a post** with `https://example.com/monday.jpg`. Choose the account in the step, since a schedule comes to none.',
      '',
      'Instagram allows a number of posts within 24 hours (50 or 100); the step asks first and fails when they are used up. After an interruption it asks whether the post is out, so that it is published once.',
      '',
      'Source: Instagram Platform, “Content Publishing”, “IG Container”.',
    ].join('\n'),
    config,
    outputs: [{ id: 'out' }],
    output: z.object({ mediaId: z.string(), containerId: z.string(), kind: z.string() }),
    hasEffect: true,
  });

  async run(context: Context): Promise<NodeResult> {
    const { kind } = context.config;
    const caption = checkedCaption(context.config);
    const urls = checkedUrls(context.config);
    if (!context.resume && !context.dryRun) await refuseOverLimit(context);

    const children: Container[] = [];
    if (kind === 'carousel') {
      for (const [index, url] of urls.entries()) {
        const post: PostContent = { kind: 'carousel_item', url, media: mediaOf(url) };
        children.push(await prepare(context, `item_${index + 1}`, post));
      }
      const wait = await waitUntilReady(context, children);
      if (wait) return wait;
    }
    const post = postOf(kind, urls[0] ?? '', caption, children);
    const container = await prepare(context, 'container', post);
    const wait = await waitUntilReady(context, [container]);
    if (wait) return wait;

    const mediaId = await publish(context, container.containerId, caption);
    return fired('out', { mediaId, containerId: container.containerId, kind });
  }
}

/** Making a container twice harms nobody: the one that is not published disappears. */
async function prepare(context: Context, key: string, post: PostContent): Promise<Container> {
  const { config, services } = context;
  const createdAt = context.now().toISOString();
  return context.effect(
    key,
    async (signal) => {
      const { containerId } = await services.instagram.createContainer(
        { account: config.account, post },
        signal,
      );
      return { containerId, createdAt };
    },
    {
      describe: `Prepare ${post.kind.replace('_', ' ')}${'url' in post ? ` ${post.url}` : ''}`,
      request: post,
      dryRunResult: { containerId: 'dry-run', createdAt },
      idempotent: true,
    },
  );
}

/** Null when all are ready. @throws NodeError when one never will be */
async function waitUntilReady(context: Context, containers: Container[]): Promise<NodeResult | null> {
  const { config, services, signal } = context;
  if (context.dryRun) return null;
  for (const { containerId, createdAt } of containers) {
    const request = { account: config.account, containerId };
    const { status, detail } = await services.instagram.containerStatus(request, signal);
    if (status === 'FINISHED' || status === 'PUBLISHED') continue;
    const takesMs = context.now().getTime() - Date.parse(createdAt);
    if (status === 'IN_PROGRESS' && takesMs < LONGEST_PREPARATION_MS) {
      const until = new Date(context.now().getTime() + pauseAfter(takesMs));
      context.log('Instagram still prepares the files.', { containerId });
      return waitFor({ for: 'time', until: until.toISOString() });
    }
    throw new NodeError(
      'not_prepared',
      status === 'IN_PROGRESS'
        ? `Instagram did not finish preparing the files within ${LONGEST_PREPARATION_MS / 60_000} minutes. Nothing was published.`
        : `Instagram could not use the files (${status}${detail && `: ${detail}`}). Nothing was published. Check the addresses, formats and sizes.`,
      { field: 'urls', details: { containerId, status, detail } },
    );
  }
  return null;
}

async function publish(context: Context, containerId: string, caption: string): Promise<string> {
  const { config, services } = context;
  const { account } = config;
  const { instagram } = services;
  const { mediaId } = await context.effect<{ mediaId: string }>(
    'publish',
    (signal) => instagram.publishContainer({ account, containerId }, signal),
    {
      describe: `Publish ${config.kind}${caption && `: ${caption}`}`,
      request: { containerId, caption },
      dryRunResult: { mediaId: 'dry-run' },
      reconcile: async (signal) => {
        const { status } = await instagram.containerStatus({ account, containerId }, signal);
        if (status !== 'PUBLISHED') return { done: false };
        // The container does not name what became of it; the newest post with its caption does.
        const posts = await instagram.listMedia({ account }, signal);
        const post = posts.find((one) => one.caption.trim() === caption);
        return { done: true, result: { mediaId: post?.id ?? '' } };
      },
    },
  );
  return mediaId;
}

async function refuseOverLimit({ config, services, signal }: Context): Promise<void> {
  const { used, total } = await services.instagram.publishingLimit({ account: config.account }, signal);
  if (used < total) return;
  throw new NodeError(
    'publishing_limit',
    `The account has published ${used} of the ${total} posts that Instagram allows within 24 hours. Retry it later.`,
  );
}

/** "Query a container's status once per minute": sooner only in the first minute, in which pictures get ready. */
function pauseAfter(takesMs: number): number {
  return takesMs < 60_000 ? 5_000 : 60_000;
}

function postOf(kind: Config['kind'], url: string, caption: string, children: Container[]): PostContent {
  switch (kind) {
    case 'image':
    case 'reel':
      return { kind, url, caption };
    case 'story':
      return { kind, url, media: mediaOf(url) };
    case 'carousel':
      return { kind, children: children.map(({ containerId }) => containerId), caption };
    default:
      return kind satisfies never;
  }
}

function mediaOf(url: string): 'image' | 'video' {
  return /\.(mp4|mov|m4v)$/i.test(new URL(url).pathname) ? 'video' : 'image';
}

function checkedUrls({ kind, urls }: Config): string[] {
  const given = urls.map((url) => url.trim()).filter((url) => url !== '');
  const [least, most] = kind === 'carousel' ? [2, MAX_ITEMS] : [1, 1];
  if (given.length < least || given.length > most) {
    const needed = kind === 'carousel' ? `${least} to ${most} addresses` : 'one address';
    throw new NodeError('missing_target', `A ${kind} needs ${needed}; there are ${given.length}.`, {
      field: 'urls',
    });
  }
  return given.map((url, index) => checkedUrl(url, `urls[${index}]`));
}

function checkedCaption({ kind, caption }: Config): string {
  const trimmed = kind === 'story' ? '' : caption.trim();
  const characters = [...trimmed].length;
  if (characters <= MAX_CAPTION_CHARACTERS) return trimmed;
  throw new NodeError(
    'text_too_long',
    `A caption may have ${MAX_CAPTION_CHARACTERS} characters; this one has ${characters}. Make it shorter.`,
    { field: 'caption' },
  );
}
