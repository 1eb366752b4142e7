import { describe, expect, test } from 'vitest';
import type { NodeClass } from '../../engine/node-type.ts';
import type { RunOptions } from '../testing/run-node.ts';
import { comment, firedOf, message, NOW, runNode } from '../testing/run-node.ts';
import { AllowComments } from './allow-comments.ts';
import { DeleteComment } from './delete-comment.ts';
import { GetProfile } from './get-profile.ts';
import { PrivateReply } from './private-reply.ts';
import { PublishPost } from './publish-post.ts';
import { React } from './react.ts';
import { SendButtons } from './send-buttons.ts';
import { SendMedia } from './send-media.ts';
import { SendMessage } from './send-message.ts';

const never = new AbortController().signal;
const picture = 'https://example.com/a.jpg';
const to = { account: 'trigger', recipientId: 'person-1' };
const shop = { title: 'Shop', action: 'url', value: 'https://example.com' };
const talk = { title: 'Talk to us', action: 'postback', value: 'HUMAN' };

test.each<[string, NodeClass, RunOptions, unknown]>([
  [
    'quick replies, whose keyword is their text unless told',
    SendMessage,
    { config: { text: 'Size?', quickReplies: [{ title: ' S ' }, { title: 'M', payload: 'MEDIUM' }] } },
    {
      service: 'instagram.sendMessage',
      request: {
        ...to,
        text: 'Size?',
        quickReplies: [
          { title: 'S', payload: 'S' },
          { title: 'M', payload: 'MEDIUM' },
        ],
      },
    },
  ],
  [
    'a private reply with buttons',
    PrivateReply,
    { config: { text: 'Here', buttons: [shop] } },
    {
      service: 'instagram.privateReply',
      request: {
        account: 'trigger',
        commentId: 'comment-1',
        text: 'Here',
        buttons: [{ type: 'url', title: 'Shop', url: 'https://example.com' }],
      },
    },
  ],
  [
    'several pictures, empty addresses left out',
    SendMedia,
    { config: { urls: [picture, '', picture] } },
    { service: 'instagram.sendMedia', request: { ...to, media: 'image', urls: [picture, picture] } },
  ],
  [
    'buttons',
    SendButtons,
    { config: { text: 'What now?', buttons: [shop, talk] } },
    {
      service: 'instagram.sendButtons',
      request: {
        ...to,
        text: 'What now?',
        buttons: [
          { type: 'url', title: 'Shop', url: 'https://example.com' },
          { type: 'postback', title: 'Talk to us', payload: 'HUMAN' },
        ],
      },
    },
  ],
  [
    'cards',
    SendButtons,
    { config: { cards: [{ title: 'One', subtitle: 'First', imageUrl: picture, buttons: [talk] }] } },
    {
      service: 'instagram.sendCards',
      request: {
        ...to,
        cards: [
          {
            title: 'One',
            subtitle: 'First',
            imageUrl: picture,
            buttons: [{ type: 'postback', title: 'Talk to us', payload: 'HUMAN' }],
          },
        ],
      },
    },
  ],
  [
    'a heart',
    React,
    { trigger: message },
    { service: 'instagram.react', request: { ...to, messageId: 'message-0', reaction: 'love' } },
  ],
  [
    'taking a heart back',
    React,
    { trigger: message, config: { remove: true } },
    { service: 'instagram.react', request: { ...to, messageId: 'message-0', reaction: null } },
  ],
  [
    'deleting a comment',
    DeleteComment,
    {},
    { service: 'instagram.deleteComment', request: { account: 'trigger', commentId: 'comment-1' } },
  ],
  [
    'switching comments off',
    AllowComments,
    {},
    { service: 'instagram.allowComments', request: { account: 'trigger', mediaId: 'media-1', allow: false } },
  ],
])('%s', async (_name, node, options, call) => {
  const ran = await runNode(node, options);
  expect(ran.calls).toEqual([call]);
  expect(firedOf(ran).ports).toEqual(['out']);
});

test.each<[string, NodeClass, RunOptions, string, string]>([
  [
    'a quick reply of 21 characters',
    SendMessage,
    { config: { quickReplies: [{ title: 'x'.repeat(21) }] } },
    'text_too_long',
    'quickReplies[0].title',
  ],
  [
    'a button without a text',
    SendButtons,
    { config: { buttons: [{ ...shop, title: '' }] } },
    'empty_text',
    'buttons[0].title',
  ],
  [
    'a button to a page without https',
    SendButtons,
    { config: { buttons: [{ ...shop, value: 'http://example.com' }] } },
    'bad_url',
    'buttons[0].value',
  ],
  ['no button', SendButtons, {}, 'missing_target', 'buttons'],
  [
    '641 characters above buttons',
    SendButtons,
    { config: { text: 'x'.repeat(641), buttons: [shop] } },
    'text_too_long',
    'text',
  ],
  [
    'a card with a title only',
    SendButtons,
    { config: { cards: [{ title: 'One' }] } },
    'empty_text',
    'cards[0]',
  ],
  [
    'buttons beside cards',
    SendButtons,
    { config: { buttons: [shop], cards: [{ title: 'One', subtitle: 'Two' }] } },
    'too_many',
    'buttons',
  ],
  [
    'quick replies and buttons',
    PrivateReply,
    { config: { buttons: [shop], quickReplies: [{ title: 'Yes' }] } },
    'too_many',
    'buttons',
  ],
  ['no address', SendMedia, {}, 'missing_target', 'urls'],
  ['two videos', SendMedia, { config: { media: 'video', urls: [picture, picture] } }, 'too_many', 'urls'],
  [
    'an address on this machine',
    SendMedia,
    { config: { urls: ['https://localhost/a.jpg'] } },
    'bad_url',
    'urls[0]',
  ],
  [
    'an address with a password',
    SendMedia,
    { config: { urls: ['https://me:secret@example.com/a.jpg'] } },
    'bad_url',
    'urls[0]',
  ],
  ['a heart for a comment', React, { trigger: comment }, 'missing_target', 'messageId'],
  [
    'a carousel of one',
    PublishPost,
    { config: { kind: 'carousel', urls: [picture] } },
    'missing_target',
    'urls',
  ],
  [
    'a caption of 2,201 characters',
    PublishPost,
    { config: { urls: [picture], caption: 'x'.repeat(2_201) } },
    'text_too_long',
    'caption',
  ],
])('%s fails before anything is tried', async (_name, node, options, code, field) => {
  await expect(runNode(node, options)).rejects.toMatchObject({ code, field, retryable: false });
});

describe('send message', () => {
  const text = `${'a'.repeat(600)}. ${'b'.repeat(600)}.`;

  test('a long text is refused unless it may be split', async () => {
    await expect(runNode(SendMessage, { config: { text } })).rejects.toMatchObject({ code: 'text_too_long' });
    const ran = await runNode(SendMessage, {
      config: { text, longText: 'split', quickReplies: [{ title: 'Ok' }] },
    });
    expect(ran.effects.map(({ key }) => key)).toEqual(['message', 'message_2']);
    expect(ran.calls.map(({ request }) => request)).toEqual([
      { ...to, text: `${'a'.repeat(600)}.` },
      { ...to, text: `${'b'.repeat(600)}.`, quickReplies: [{ title: 'Ok', payload: 'Ok' }] },
    ]);
  });

  test('shows seen and typing, waits without holding anything, then writes', async () => {
    const config = { text: 'Hi', markSeen: true, typingSeconds: 3 };
    const first = await runNode(SendMessage, { config });
    expect(first.calls.map(({ request }) => request)).toEqual([
      { ...to, action: 'mark_seen' },
      { ...to, action: 'typing_on' },
    ]);
    expect(first.result).toEqual({ kind: 'wait', wait: { for: 'time', until: '2026-03-02T10:00:03.000Z' } });
    const second = await runNode(SendMessage, { config, resume: { kind: 'time', at: NOW } });
    expect(second.calls).toEqual([{ service: 'instagram.sendMessage', request: { ...to, text: 'Hi' } }]);
  });

  test('what Instagram does not show as typing is sent all the same', async () => {
    const config = { text: 'Hi', markSeen: true };
    const ran = await runNode(SendMessage, { config, answers: { failing: ['instagram.senderAction'] } });
    expect(ran.calls.at(-1)?.service).toBe('instagram.sendMessage');
    expect(ran.logs[0]).toContain('was refused');
  });
});

test('a profile is handed on as far as it is known', async () => {
  const profile = { username: 'mia', isFollower: true };
  const ran = await runNode(GetProfile, { answers: { profile } });
  expect(firedOf(ran).data).toEqual({ personId: 'person-1', ...profile });
});

describe('get profile', () => {
  const services = (ran: { calls: { service: string; request: unknown }[] }) => ran.calls;

  test('reads the account itself', async () => {
    const account = { id: '17', username: 'shop', followerCount: 12 };
    const ran = await runNode(GetProfile, { config: { what: 'account' }, answers: { account } });
    expect(services(ran)).toEqual([{ service: 'instagram.getAccount', request: { account: 'trigger' } }]);
    expect(firedOf(ran).data).toEqual(account);
  });

  test.each([
    ['of the last days', { days: 30 }, { since: '2026-01-31T10:00:00.000Z', until: NOW }, []],
    [
      'of the post that was commented on, those that are asked for',
      { mediaId: ' {{ trigger.comment.media.id }} ', metrics: [' likes', 'saved', '', 'likes'] },
      { mediaId: 'media-1' },
      ['likes', 'saved'],
    ],
  ])('reads figures %s', async (_case, config, of, metrics) => {
    const insights = { reach: 12 };
    const ran = await runNode(GetProfile, { config: { what: 'insights', ...config }, answers: { insights } });
    expect(services(ran)).toEqual([
      { service: 'instagram.getInsights', request: { account: 'trigger', of, metrics } },
    ]);
    expect(firedOf(ran).data).toEqual({ ...of, metrics: insights });
  });

  test('reads another business, with or without the @', async () => {
    const account = { id: '18', username: 'bluebottle' };
    const config = { what: 'business_discovery', username: ' @{{ trigger.comment.text }} ' };
    const trigger = { ...comment, comment: { id: 'c1', text: 'bluebottle' } };
    const ran = await runNode(GetProfile, { config, trigger, answers: { account } });
    expect(services(ran)[0]?.request).toEqual({ account: 'trigger', username: 'bluebottle' });
    expect(firedOf(ran).data).toEqual(account);
  });

  test.each([
    [
      { what: 'business_discovery', username: 'a){id},business_discovery.username(b' },
      'bad_username',
      'username',
    ],
    [{ what: 'business_discovery', username: 'a'.repeat(31) }, 'bad_username', 'username'],
    [{ what: 'business_discovery' }, 'missing_target', 'username'],
    [{ what: 'insights', metrics: ['reach&fields=email'] }, 'bad_metric', 'metrics'],
    [{ what: 'person', personId: ' ' }, 'missing_target', 'personId'],
  ])('%j asks nobody', async (config, code, field) => {
    await expect(runNode(GetProfile, { config })).rejects.toMatchObject({ code, field, retryable: false });
  });
});

describe('publish a post', () => {
  const services = (ran: { calls: { service: string }[] }) => ran.calls.map(({ service }) => service);

  test('a story: limit, container, status, publishing', async () => {
    const config = { kind: 'story', urls: ['https://example.com/a.mp4'] };
    const ran = await runNode(PublishPost, { config });
    expect(services(ran)).toEqual([
      'instagram.publishingLimit',
      'instagram.createContainer',
      'instagram.containerStatus',
      'instagram.publishContainer',
    ]);
    expect(ran.calls[1]?.request).toMatchObject({ post: { kind: 'story', media: 'video' } });
    expect(firedOf(ran).data).toEqual({ mediaId: 'media-1', containerId: 'container-2', kind: 'story' });
  });

  test('a carousel names its prepared items', async () => {
    const config = { kind: 'carousel', urls: [picture, 'https://example.com/b.MOV'], caption: ' Two ' };
    const ran = await runNode(PublishPost, { config });
    const posts = ran.calls.flatMap(({ request }) => (request as { post?: unknown }).post ?? []);
    expect(posts).toEqual([
      { kind: 'carousel_item', url: picture, media: 'image' },
      { kind: 'carousel_item', url: 'https://example.com/b.MOV', media: 'video' },
      { kind: 'carousel', children: ['container-2', 'container-3'], caption: 'Two' },
    ]);
  });

  test('waits while the files are prepared', async () => {
    const ran = await runNode(PublishPost, {
      config: { kind: 'reel', urls: ['https://example.com/a.mp4'] },
      answers: { containerStatus: 'IN_PROGRESS' },
    });
    expect(ran.result).toEqual({ kind: 'wait', wait: { for: 'time', until: '2026-03-02T10:00:05.000Z' } });
  });

  test.each([
    ['files that Instagram can not use', { containerStatus: 'ERROR' as const }, 'not_prepared'],
    ['an account that published enough', { publishingLimit: { used: 50, total: 50 } }, 'publishing_limit'],
  ])('%s: nothing is published', async (_name, answers, code) => {
    const running = runNode(PublishPost, { config: { urls: [picture] }, answers });
    await expect(running).rejects.toMatchObject({ code, retryable: false });
  });

  test('found published after a crash, it is the newest post with its caption', async () => {
    const ran = await runNode(PublishPost, {
      config: { urls: [picture], caption: 'Hi' },
      answers: {
        containerStatus: 'PUBLISHED',
        media: [
          { id: 'other', caption: 'No' },
          { id: 'm9', caption: 'Hi' },
        ],
      },
    });
    const effect = ran.effects.find(({ key }) => key === 'publish');
    expect(await effect?.options.reconcile?.(never, NOW)).toEqual({ done: true, result: { mediaId: 'm9' } });
  });
});
