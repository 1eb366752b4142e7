import { describe, expect, test } from 'vitest';
import type { TriggerEvent } from '../../engine/event.ts';
import type { NodeClass, TriggerInstance } from '../../engine/node-type.ts';
import { comment, firedOf, message, runNode } from '../testing/run-node.ts';
import { CommentTrigger } from './comment.ts';
import { LiveCommentTrigger } from './live-comment.ts';
import { ManualTrigger } from './manual.ts';
import { MentionTrigger } from './mention.ts';
import { MessageTrigger } from './message.ts';
import { PostbackTrigger } from './postback.ts';
import { ReactionTrigger } from './reaction.ts';
import { ReferralTrigger } from './referral.ts';
import { nextScheduledTime, ScheduleTrigger } from './schedule.ts';
import { StoryMentionTrigger } from './story-mention.ts';
import { StoryReplyTrigger } from './story-reply.ts';
import { WebhookTrigger } from './webhook.ts';

type TriggerClass = Pick<NodeClass, 'description'> & { new (): TriggerInstance };

function matches(trigger: TriggerClass, event: TriggerEvent, config: Record<string, unknown> = {}): boolean {
  return new trigger().matches(event, trigger.description.config.parse(config));
}

function problemsOf(trigger: NodeClass, config: Record<string, unknown>) {
  const parsed = trigger.description.config.safeParse(config);
  return parsed.success ? [] : parsed.error.issues.map((issue) => issue.path.join('.'));
}

const own = { from: { id: 'account-1', username: 'shop' } };
const reply: TriggerEvent = { ...comment, comment: { ...comment.comment!, parentId: 'comment-0' } };

describe('which events start a flow', () => {
  test.each<[string, TriggerClass, TriggerEvent, Record<string, unknown>, boolean]>([
    ['a comment', CommentTrigger, comment, {}, true],
    ['a message is no comment', CommentTrigger, message, {}, false],
    ['a live comment is another kind', CommentTrigger, { ...comment, kind: 'live_comment' }, {}, false],
    ['a comment with the keyword', CommentTrigger, comment, { keywords: ['how much'] }, true],
    ['a comment without the keyword', CommentTrigger, comment, { keywords: ['size'] }, false],
    ['the own comment', CommentTrigger, { ...comment, ...own }, {}, false],
    [
      'the own comment by name',
      CommentTrigger,
      { ...comment, from: { id: 'x', username: 'shop' } },
      {},
      false,
    ],
    ['the own comment when asked for', CommentTrigger, { ...comment, ...own }, { ignoreOwn: false }, true],
    ['an answer to a comment', CommentTrigger, reply, {}, false],
    ['an answer when asked for', CommentTrigger, reply, { includeReplies: true }, true],
    ['a comment on the chosen post', CommentTrigger, comment, { media: ['media-1'] }, true],
    ['a comment on another post', CommentTrigger, comment, { media: ['media-2'] }, false],
    ['an empty list of posts is every post', CommentTrigger, comment, { media: [] }, true],
    ['a comment to the chosen account', CommentTrigger, comment, { account: 'row-1' }, true],
    ['the account by its Instagram id', CommentTrigger, comment, { account: 'account-1' }, true],
    ['a comment to another account', CommentTrigger, comment, { account: 'row-2' }, false],
    ['a live comment', LiveCommentTrigger, { ...comment, kind: 'live_comment' }, {}, true],
    ['a comment is not live', LiveCommentTrigger, comment, {}, false],
    ['a message', MessageTrigger, message, {}, true],
    ['a message with the keyword', MessageTrigger, message, { keywords: ['hello'], match: 'exact' }, true],
    ['an echo of the own message', MessageTrigger, { ...message, ...own }, {}, false],
    ['a comment is no message', MessageTrigger, comment, {}, false],
    ['a story mention', StoryMentionTrigger, { ...message, kind: 'story_mention' }, {}, true],
    ['a message is no mention', StoryMentionTrigger, message, {}, false],
    ['a call', WebhookTrigger, { kind: 'webhook', at: message.at }, {}, true],
    ['a run by hand', ManualTrigger, { kind: 'manual', at: message.at }, {}, true],
    ['the clock', ScheduleTrigger, { kind: 'schedule', at: message.at }, {}, true],
    ['by hand is not by the clock', ScheduleTrigger, { kind: 'manual', at: message.at }, {}, false],
  ])('%s', (_name, trigger, event, config, expected) => {
    expect(matches(trigger, event, config)).toBe(expected);
  });

  test('a button is found by its title and by its payload', () => {
    const tapped: TriggerEvent = {
      ...message,
      kind: 'postback',
      message: { id: 'm', text: 'Show prices', attachments: [], quickReply: 'SHOW_PRICES' },
    };
    expect(matches(PostbackTrigger, tapped, { keywords: ['SHOW_PRICES'], match: 'exact' })).toBe(true);
    expect(matches(PostbackTrigger, tapped, { keywords: ['show prices'], match: 'exact' })).toBe(true);
    expect(matches(PostbackTrigger, tapped, { keywords: ['hours'] })).toBe(false);
  });
});

const under = (media: NonNullable<TriggerEvent['comment']>['media']): TriggerEvent => ({
  ...comment,
  comment: { ...comment.comment!, media },
});
const withMessage = (
  change: Partial<NonNullable<TriggerEvent['message']>>,
  more: Partial<TriggerEvent> = {},
) => ({
  ...message,
  message: { ...message.message!, ...change },
  ...more,
});
const picture = withMessage({ text: '', attachments: [{ type: 'image', kind: 'image' }] });
const unsupported = withMessage({ text: '', attachments: [{ type: 'unsupported', kind: 'unsupported' }] });
const quickReply = withMessage({ text: 'Size M', quickReply: 'SIZE_M' });
const tapped: TriggerEvent = {
  ...message,
  kind: 'postback',
  postback: { title: 'Prices', payload: 'SHOW_PRICES' },
};
const mentioned = (kind: 'caption' | 'comment'): TriggerEvent => ({
  kind: 'mention',
  at: message.at,
  mention: { mediaId: 'media-9', kind },
});
const reacted = (action: 'react' | 'unreact', emoji?: string): TriggerEvent => ({
  ...message,
  kind: 'reaction',
  reaction: { action, messageId: 'message-0', ...(emoji && { emoji }) },
});
const came = (referral: TriggerEvent['referral'], kind: TriggerEvent['kind'] = 'referral'): TriggerEvent => ({
  ...message,
  kind,
  referral,
});
const byLink = came({ ref: 'flyer-berlin', source: 'IGME' });
const byAd = came({ adId: '12', source: 'ADS' });

describe('what a trigger is set to', () => {
  test.each<[string, TriggerClass, TriggerEvent, Record<string, unknown>, boolean]>([
    ['a reel', CommentTrigger, under({ id: 'm', type: 'REELS' }), { mediaKinds: ['reels'] }, true],
    ['a post is no reel', CommentTrigger, under({ id: 'm', type: 'FEED' }), { mediaKinds: ['reels'] }, false],
    [
      'one of two kinds',
      CommentTrigger,
      under({ id: 'm', type: 'FEED' }),
      { mediaKinds: ['reels', 'feed'] },
      true,
    ],
    ['a story', CommentTrigger, under({ id: 'm', type: 'STORY' }), { mediaKinds: ['stories'] }, true],
    [
      'a boosted post is an ad',
      CommentTrigger,
      under({ id: 'm', type: 'FEED', adId: 'a' }),
      { mediaKinds: ['ads'] },
      true,
    ],
    [
      'and no post',
      CommentTrigger,
      under({ id: 'm', type: 'FEED', adId: 'a' }),
      { mediaKinds: ['feed'] },
      false,
    ],
    [
      'a kind nobody knows',
      CommentTrigger,
      under({ id: 'm', type: 'HOLOGRAM' }),
      { mediaKinds: ['feed'] },
      false,
    ],
    ['no media at all', CommentTrigger, under(undefined), { mediaKinds: ['feed'] }, false],
    [
      'the ad of the chosen post',
      CommentTrigger,
      under({ id: 'copy', originalId: 'media-1' }),
      { media: ['media-1'] },
      true,
    ],
    ['a comment marked as own', CommentTrigger, { ...comment, isOwn: true }, {}, false],
    ['a picture', MessageTrigger, picture, { attachments: ['image', 'video'] }, true],
    ['a picture is no voice message', MessageTrigger, picture, { attachments: ['audio'] }, false],
    ['a text is no picture', MessageTrigger, message, { attachments: ['image'] }, false],
    ['what is unsupported', MessageTrigger, unsupported, {}, false],
    [
      'what is unsupported when asked for',
      MessageTrigger,
      unsupported,
      { attachments: ['unsupported'] },
      true,
    ],
    ['a quick reply', MessageTrigger, quickReply, {}, true],
    ['only quick replies', MessageTrigger, message, { quickReplies: 'only' }, false],
    ['no quick replies', MessageTrigger, quickReply, { quickReplies: 'none' }, false],
    ['a payload', MessageTrigger, quickReply, { payloads: ['SIZE_M'] }, true],
    ['a payload is not its beginning', MessageTrigger, quickReply, { payloads: ['SIZE_'] }, false],
    [
      'the beginning of a payload',
      MessageTrigger,
      quickReply,
      { payloads: ['SIZE_'], payloadMatch: 'prefix' },
      true,
    ],
    ['a message without payload', MessageTrigger, message, { payloads: ['SIZE_M'] }, false],
    ['a changed message', MessageTrigger, { ...message, kind: 'message_edit' }, {}, false],
    [
      'a changed message when asked for',
      MessageTrigger,
      { ...message, kind: 'message_edit' },
      { includeEdits: true },
      true,
    ],
    [
      'one taken back',
      MessageTrigger,
      { ...message, kind: 'message_deleted' },
      { includeEdits: true },
      false,
    ],
    [
      'one taken back when asked for',
      MessageTrigger,
      { ...message, kind: 'message_deleted' },
      { includeDeleted: true },
      true,
    ],
    ['a button by its payload', PostbackTrigger, tapped, { payloads: ['SHOW_PRICES'] }, true],
    ['capital letters of a payload matter', PostbackTrigger, tapped, { payloads: ['show_prices'] }, false],
    [
      'the beginning of the payload',
      PostbackTrigger,
      tapped,
      { payloads: ['SHOW_'], payloadMatch: 'prefix' },
      true,
    ],
    ['a story reply', StoryReplyTrigger, { ...message, kind: 'story_reply' }, {}, true],
    [
      'a story reply with the keyword',
      StoryReplyTrigger,
      { ...message, kind: 'story_reply' },
      { keywords: ['hello'] },
      true,
    ],
    [
      'a story reply without it',
      StoryReplyTrigger,
      { ...message, kind: 'story_reply' },
      { keywords: ['link'] },
      false,
    ],
    ['a message is no story reply', StoryReplyTrigger, message, {}, false],
    ['a mention in a caption', MentionTrigger, mentioned('caption'), {}, true],
    ['only in captions', MentionTrigger, mentioned('comment'), { where: 'caption' }, false],
    ['only in comments', MentionTrigger, mentioned('comment'), { where: 'comment' }, true],
    ['a reaction', ReactionTrigger, reacted('react', '❤️'), {}, true],
    ['the chosen emoji', ReactionTrigger, reacted('react', '❤️'), { emojis: ['❤'] }, true],
    ['another emoji', ReactionTrigger, reacted('react', '👍'), { emojis: ['❤'] }, false],
    ['a reaction taken back', ReactionTrigger, reacted('unreact'), {}, false],
    [
      'one taken back when asked for',
      ReactionTrigger,
      reacted('unreact'),
      { action: 'both', emojis: ['❤'] },
      true,
    ],
    ['a link', ReferralTrigger, byLink, {}, true],
    ['a ref', ReferralTrigger, byLink, { refs: ['flyer-berlin'] }, true],
    ['the beginning of a ref', ReferralTrigger, byLink, { refs: ['flyer-'], refMatch: 'prefix' }, true],
    ['another ref', ReferralTrigger, byLink, { refs: ['flyer-'] }, false],
    ['an ad', ReferralTrigger, byAd, { sources: 'ads' }, true],
    ['an ad is no link', ReferralTrigger, byAd, { sources: 'links' }, false],
    ['a link is no ad', ReferralTrigger, byLink, { sources: 'ads' }, false],
    ['a first message that came by a link', ReferralTrigger, came({ ref: 'a' }, 'message'), {}, true],
    [
      'not when only the link counts',
      ReferralTrigger,
      came({ ref: 'a' }, 'message'),
      { includeFirst: false },
      false,
    ],
    ['a message that came by no link', ReferralTrigger, message, {}, false],
    ['inside the hours', CommentTrigger, comment, { hours: 'Mon 09:00-10:00' }, true],
    ['outside the hours', CommentTrigger, comment, { hours: '10:00-18:00' }, false],
    ['only outside the hours', MessageTrigger, message, { hours: '10:00-18:00', outsideHours: true }, true],
    ['in another time zone', ReactionTrigger, reacted('react'), { hours: '10:00-18:00 Europe/Berlin' }, true],
  ])('%s', (_name, trigger, event, config, expected) => {
    expect(matches(trigger, event, config)).toBe(expected);
  });
});

test('a trigger gives the event on, without the untouched payload', async () => {
  const { data, ports } = firedOf(
    await runNode(CommentTrigger, { trigger: { ...comment, raw: { huge: true } } }),
  );
  expect(ports).toEqual(['out']);
  expect(data).toEqual(comment);
});

describe('config errors name the field', () => {
  test.each<[string, NodeClass, Record<string, unknown>, string[]]>([
    ['a bad pattern', CommentTrigger, { keywords: ['fine', '(open'], match: 'regex' }, ['keywords.1']],
    ['the same as a plain keyword', CommentTrigger, { keywords: ['fine', '(open'] }, []],
    ['a look-around', MessageTrigger, { keywords: ['(?=a)'], match: 'regex' }, ['keywords.0']],
    ['bad hours', CommentTrigger, { hours: 'whenever' }, ['hours']],
    ['bad hours of a mention', MentionTrigger, { hours: '25:00-26:00' }, ['hours']],
    ['both wrong', MessageTrigger, { hours: 'x', keywords: ['('], match: 'regex' }, ['keywords.0', 'hours']],
    ['a language nobody tells apart', ReferralTrigger, { languages: ['tlh'] }, ['languages.0']],
    ['a bad schedule', ScheduleTrigger, { cron: 'every day' }, ['cron']],
    ['a schedule with seconds', ScheduleTrigger, { cron: '* * * * * *' }, ['cron']],
    ['a day that never comes', ScheduleTrigger, { cron: '0 0 31 2 *' }, ['cron']],
    ['a bad time zone', ScheduleTrigger, { timezone: 'Mars/Olympus' }, ['timezone']],
    ['a good schedule', ScheduleTrigger, { cron: '0 9 * * 1-5', timezone: 'Europe/Berlin' }, []],
    ['a token that can be guessed', WebhookTrigger, { token: 'short' }, ['token']],
    ['a long token', WebhookTrigger, { token: 'a'.repeat(32) }, []],
  ])('%s', (_name, trigger, config, fields) => {
    expect(problemsOf(trigger, config)).toEqual(fields);
  });
});

test('a schedule is meant by the clock of its time zone, summer time included', () => {
  const config = { cron: '0 9 * * *', timezone: 'Europe/Berlin' };
  const next = (after: string) => nextScheduledTime(config, new Date(after))?.toISOString();
  expect(next('2026-03-28T00:00:00Z')).toBe('2026-03-28T08:00:00.000Z');
  expect(next('2026-03-29T00:00:00Z')).toBe('2026-03-29T07:00:00.000Z');
});
