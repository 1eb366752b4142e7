import { describe, expect, test } from 'vitest';
import type { TriggerEvent } from '../../engine/event.ts';
import type { NodeClass, TriggerInstance } from '../../engine/node-type.ts';
import { comment, firedOf, message, runNode } from '../testing/run-node.ts';
import { CommentTrigger } from './comment.ts';
import { LiveCommentTrigger } from './live-comment.ts';
import { ManualTrigger } from './manual.ts';
import { MessageTrigger } from './message.ts';
import { PostbackTrigger } from './postback.ts';
import { nextScheduledTime, ScheduleTrigger } from './schedule.ts';
import { StoryMentionTrigger } from './story-mention.ts';
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
