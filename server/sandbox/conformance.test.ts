import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NodeError } from '../../engine/errors.ts';
import type { GraphAccount } from '../instagram/graph-client.ts';
import { createGraphDispatcher, GraphClient } from '../instagram/graph-client.ts';
import { readAccount, readBusiness, readInsights } from '../instagram/graph-insights.ts';
import type { MessageContent, Recipient } from '../instagram/graph-messages.ts';
import { reactToMessage, sendContent, sendSenderAction } from '../instagram/graph-messages.ts';
import { readProfile, readStarters, writeStarters } from '../instagram/graph-profiles.ts';
import {
  createContainer,
  listMedia,
  publishContainer,
  readContainer,
  readPublishingLimit,
} from '../instagram/graph-publishing.ts';
import { followerId } from './sandbox-account.ts';
import type { SandboxAccount } from './sandbox-items.ts';
import { followerItem } from './sandbox-items.ts';
import { DEFAULT_MEDIA } from './sandbox-media.ts';
import { readRecorded, startRecordedServer } from './testing/recorded.ts';
import type { SandboxServer } from './testing/sandbox-server.ts';
import { startSandboxServer } from './testing/sandbox-server.ts';

/**
 * The client against the sandbox and against bodies of the documentation: for every operation it must send the documented
 * request and make the same of both answers.
 */

/** Whom and what an operation is about; those of the recorded bodies, or what stands in the sandbox. */
type Ids = {
  person: string;
  comment: string;
  media: string;
  message: string;
  container: string;
  story: string;
};

const RECORDED: Ids = {
  person: '1254477777772919',
  comment: '17870913679156914',
  media: '17895695668004550',
  message: 'aWdfZAG1faXRlbToxOklHTWVzc2FnZAUlEOjE3ODQxNDA1ODIyMzA0OTE0',
  container: '17889615691921648',
  story: '17855590849148465',
};
const RECORDED_ACCOUNT = '17841405822304914';

const client = new GraphClient(createGraphDispatcher());
const signal = new AbortController().signal;
let sandbox: SandboxServer;
let recorded: Awaited<ReturnType<typeof startRecordedServer>>;

beforeAll(async () => {
  sandbox = await startSandboxServer();
  recorded = await startRecordedServer();
});
afterAll(async () => {
  await recorded.close();
  await sandbox.close();
});

type World = { account: SandboxAccount; as: GraphAccount };
type Operation = {
  run(as: GraphAccount, ids: Ids): Promise<unknown>;
  /** What must have happened in the sandbox before. */
  before?: (world: World, ids: Ids) => Promise<unknown>;
};

const send = (
  content: MessageContent,
  to: (ids: Ids) => Recipient = ({ person }) => ({ id: person }),
): Operation => ({
  run: (as, ids) => sendContent(client, as, to(ids), content, signal),
});
const toComment = ({ comment }: Ids): Recipient => ({ commentId: comment });
const text = { kind: 'text', text: 'Hello' } as const;
const shop = { type: 'url', title: 'Shop', url: 'https://example.com' } as const;
const talk = { type: 'postback', title: 'Talk', payload: 'HUMAN' } as const;
const picture = 'https://example.com/a.jpg';
const reply: Operation['run'] = (as, { comment }) => client.replyToComment(as, comment, 'Thank you!', signal);
const image = { kind: 'image', url: picture, caption: 'Hello' } as const;
const week = { since: '2026-06-03T12:00:00.000Z', until: '2026-06-10T12:00:00.000Z' };
const figures =
  (of: (ids: Ids) => Parameters<typeof readInsights>[2]['of'], ...metrics: string[]): Operation['run'] =>
  (as, ids) =>
    readInsights(client, as, { of: of(ids), metrics }, signal);
const publishImage = async ({ as }: World) => {
  const { containerId } = await createContainer(client, as, image, signal);
  return publishContainer(client, as, containerId, signal);
};
const setStarters = ({ as }: World) =>
  writeStarters(
    client,
    as,
    { iceBreakers: [{ question: 'When are you open?', payload: 'HOURS' }], menu: [shop] },
    signal,
  );
const setMood =
  (calls: 'limit' | 'login' | 'server_error') =>
  ({ account }: World) =>
    sandbox.store.setMoods(account.workspaceId, {
      calls,
      percent: 100,
      nextCalls: null,
      duplicateWebhooks: false,
      reorderWebhooks: false,
    });

const OPERATIONS: Record<string, Record<string, Operation>> = {
  comments: {
    reply: { run: reply },
    'list replies': {
      before: ({ as }, ids) => reply(as, ids),
      run: (as, { comment }) => client.listReplies(as, comment, signal),
    },
    hide: { run: (as, { comment }) => client.hideComment(as, comment, true, signal) },
    delete: { run: (as, { comment }) => client.deleteComment(as, comment, signal) },
    look: { run: (as, { comment }) => client.commentExists(as, comment, signal) },
    'look for a deleted one': {
      before: ({ as }, { comment }) => client.deleteComment(as, comment, signal),
      run: (as, { comment }) => client.commentExists(as, comment, signal),
    },
    'switch comments off': { run: (as, { media }) => client.allowComments(as, media, false, signal) },
  },
  messages: {
    text: send(text),
    'private reply': send(text, toComment),
    'private reply with buttons': send({ kind: 'buttons', text: 'Hello', buttons: [shop] }, toComment),
    'quick replies': send({
      kind: 'text',
      text: 'Size?',
      quickReplies: [{ title: 'S', payload: 'SMALL' }],
    }),
    image: send({ kind: 'media', media: 'image', urls: [picture] }),
    'several images': send({ kind: 'media', media: 'image', urls: [picture, 'https://example.com/b.jpg'] }),
    video: send({ kind: 'media', media: 'video', urls: ['https://example.com/a.mp4'] }),
    buttons: send({ kind: 'buttons', text: 'What now?', buttons: [shop, talk] }),
    cards: send({
      kind: 'cards',
      cards: [
        { title: 'One', subtitle: 'First', imageUrl: picture, url: 'https://example.com', buttons: [talk] },
      ],
    }),
    'human agent': {
      before: async () => later(2 * 24),
      run: (as, { person }) =>
        sendContent(client, { ...as, messageTag: 'HUMAN_AGENT' }, { id: person }, text, signal),
    },
    typing: {
      run: (as, { person }) =>
        sendSenderAction(client, as, { recipientId: person, action: 'typing_on' }, signal),
    },
    react: {
      run: (as, { person, message }) =>
        reactToMessage(client, as, { recipientId: person, messageId: message, reaction: 'love' }, signal),
    },
    unreact: {
      run: (as, { person, message }) =>
        reactToMessage(client, as, { recipientId: person, messageId: message, reaction: null }, signal),
    },
    conversation: { run: (as, { person }) => client.listMessages(as, person, signal) },
  },
  publishing: {
    image: { run: (as) => createContainer(client, as, image, signal) },
    reel: {
      run: (as) =>
        createContainer(
          client,
          as,
          { kind: 'reel', url: 'https://example.com/a.mp4', caption: 'Hello' },
          signal,
        ),
    },
    story: {
      run: (as) => createContainer(client, as, { kind: 'story', url: picture, media: 'image' }, signal),
    },
    carousel: {
      run: async (as) => {
        const children: string[] = [];
        for (const url of [picture, 'https://example.com/b.jpg']) {
          const item = { kind: 'carousel_item', url, media: 'image' } as const;
          children.push((await createContainer(client, as, item, signal)).containerId);
        }
        return createContainer(client, as, { kind: 'carousel', children, caption: 'Hello' }, signal);
      },
    },
    status: { run: (as, { container }) => readContainer(client, as, container, signal) },
    publish: { run: (as, { container }) => publishContainer(client, as, container, signal) },
    limit: { run: (as) => readPublishingLimit(client, as, signal) },
    list: { before: publishImage, run: (as) => listMedia(client, as, signal) },
  },
  profiles: {
    person: { run: (as, { person }) => readProfile(client, as, person, signal) },
    'set ice breakers': {
      run: (as) =>
        writeStarters(
          client,
          as,
          { iceBreakers: [{ question: 'When are you open?', payload: 'HOURS' }] },
          signal,
        ),
    },
    'set the menu': { run: (as) => writeStarters(client, as, { menu: [shop] }, signal) },
    'read starters': { before: setStarters, run: (as) => readStarters(client, as, signal) },
    'remove starters': {
      before: setStarters,
      run: (as) => writeStarters(client, as, { iceBreakers: [], menu: [] }, signal),
    },
  },
  insights: {
    'own account': { run: (as) => readAccount(client, as, signal) },
    'figures of the account': { run: figures(() => week) },
    'chosen figures': { run: figures(() => week, 'likes', 'saves') },
    'figures of a post': { run: figures(({ media }) => ({ mediaId: media })) },
    'figures of a story that nobody saw': { run: figures(({ story }) => ({ mediaId: story })) },
    'a figure that posts do not have': { run: figures(({ media }) => ({ mediaId: media }), 'navigation') },
    'another business': { run: (as) => readBusiness(client, as, 'bluebottle', signal) },
    'a person by name': { run: (as) => readBusiness(client, as, 'mia', signal) },
  },
  errors: {
    'outside the window': { before: async () => later(25), ...send(text) },
    'a second private reply': {
      before: ({ as }, ids) => sendContent(client, as, toComment(ids), text, signal),
      ...send(text, toComment),
    },
    'a reply to a deleted comment': {
      before: ({ as }, { comment }) => client.deleteComment(as, comment, signal),
      run: reply,
    },
    'a profile without consent': {
      before: ({ account }) => commentBy(account, 'sam'),
      run: (as, { person }) =>
        readProfile(
          client,
          as,
          person === RECORDED.person ? person : followerId(as.externalId, 'sam'),
          signal,
        ),
    },
    'an expired token': { before: setMood('login'), ...send(text) },
    'too many calls': { before: setMood('limit'), ...send(text) },
    'trouble on their side': { before: setMood('server_error'), ...send(text) },
    'a container that is not ready': {
      run: async (as, { container }) => {
        const isSandbox = container !== RECORDED.container;
        const reel = { kind: 'reel', url: 'https://example.com/a.mp4', caption: '' } as const;
        const id = isSandbox ? (await createContainer(client, as, reel, signal)).containerId : container;
        return publishContainer(client, as, id, signal);
      },
    },
    'a file that can not be fetched': {
      run: (as) => createContainer(client, as, { ...image, url: 'http://example.com/a.jpg' }, signal),
    },
  },
};

describe.each(Object.keys(OPERATIONS))('%s', (file) => {
  const exchanges = readRecorded(file);
  const operations = OPERATIONS[file] ?? {};

  test('every recorded body is tried', () => {
    expect(Object.keys(operations).sort()).toEqual(Object.keys(exchanges).sort());
  });

  test.each(Object.keys(operations))('%s', async (name) => {
    const { run, before } = operations[name]!;
    const wanted = exchanges[name] ?? [];
    recorded.play(wanted);
    const as = { graphUrl: recorded.url, externalId: RECORDED_ACCOUNT, accessToken: 'token' };
    const ofRecorded = await outcomeOf(run(as, RECORDED));
    expect(recorded.asked()).toEqual(wanted.map(({ request }) => request));

    sandbox.state.now = new Date();
    const world = await sandbox
      .addAccount()
      .then(({ account, graphAccount }) => ({ account, as: graphAccount }));
    const ids = await fill(world);
    await before?.(world, ids);
    expect(await outcomeOf(run(world.as, ids))).toEqual(ofRecorded);
  });
});

function later(hours: number): void {
  sandbox.state.now = new Date(sandbox.state.now.getTime() + hours * 3_600_000);
}

const commentBy = (account: SandboxAccount, username: string) =>
  sandbox.store.add(
    followerItem(account, {
      kind: 'comment',
      username,
      text: 'Hi',
      mediaId: DEFAULT_MEDIA,
      at: sandbox.state.now,
    }),
  );

/** A person who commented and wrote, and a container that is ready. */
async function fill({ account, as }: World): Promise<Ids> {
  const comment = await commentBy(account, 'mia');
  const message = await sandbox.store.add(
    followerItem(account, { kind: 'message', username: 'mia', text: 'Hi', at: sandbox.state.now }),
  );
  const { containerId } = await createContainer(client, as, image, signal);
  const story = await createContainer(client, as, { kind: 'story', url: picture, media: 'image' }, signal);
  return {
    story: (await publishContainer(client, as, story.containerId, signal)).mediaId,
    person: followerId(account.externalId, 'mia'),
    comment: comment.externalId,
    media: DEFAULT_MEDIA,
    message: message.externalId,
    container: containerId,
  };
}

/** What a flow makes of a call: the shape of its result, or the class of its error. */
async function outcomeOf(call: Promise<unknown>): Promise<unknown> {
  try {
    return { result: shapeOf(await call) };
  } catch (error) {
    if (!(error instanceof NodeError)) throw error;
    const { code, retryable, throttled, outcome, retryAfterMs } = error;
    return { code, retryable, throttled, outcome, retryAfterMs };
  }
}

/** Texts and numbers differ, their places and what is decided by them must not. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return [...new Set(value.map((item) => JSON.stringify(shapeOf(item))))];
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([key, field]) => [key, shapeOf(field)] as const);
    return Object.fromEntries(entries.sort(([one], [other]) => one.localeCompare(other)));
  }
  if (typeof value === 'string') return /^[A-Z_]{5,}$/.test(value) ? value : 'text';
  return typeof value === 'number' ? 'number' : value;
}
