import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { outputPorts } from '../engine/ports.ts';
import { createBuiltinCatalogue } from './catalogue.ts';

const infos = createBuiltinCatalogue().infos();
const byType = new Map(infos.map((info) => [info.type, info]));

type Schema = { properties?: Record<string, Schema>; items?: Schema; title?: string; widget?: string };

test('has every type of the first release', () => {
  expect([...byType.keys()].sort()).toEqual(
    [
      'trigger.comment trigger.live_comment trigger.message trigger.postback trigger.story_mention',
      'trigger.story_reply trigger.mention trigger.reaction trigger.referral',
      'trigger.manual trigger.webhook trigger.schedule trigger.comment_spike trigger.call',
      'ai.classify ai.reply ai.agent ai.extract ai.sentiment ai.moderate ai.score_lead',
      'ai.translate ai.summarize ai.caption knowledge.lookup knowledge.faq knowledge.remember',
      'logic.switch logic.condition logic.merge logic.delay logic.wait_for_reply logic.set logic.stop',
      'logic.call_flow logic.answer',
      'contact.update contact.tag contact.collect_field',
      'people.approval people.escalate',
      'instagram.reply_to_comment instagram.private_reply instagram.send_message instagram.hide_comment',
      'instagram.send_media instagram.send_buttons instagram.react instagram.delete_comment',
      'instagram.allow_comments instagram.get_profile instagram.publish_post',
      'http.request',
    ]
      .flatMap((line) => line.split(' '))
      .sort(),
  );
});

describe.each(infos.map((info) => [info.type, info] as const))('%s', (type, info) => {
  test('tells people what it is', () => {
    expect(info.name.length).toBeGreaterThan(2);
    expect(info.summary).toMatch(/\.$/);
    expect(info.docs?.length).toBeGreaterThan(60);
    expect(info.category).toBe(type.startsWith('http.') ? 'other' : type.split('.')[0]);
  });

  test('has an icon that exists', () => {
    const icon = new URL(`../node_modules/lucide-react/dist/esm/icons/${info.icon}.mjs`, import.meta.url);
    expect(existsSync(fileURLToPath(icon))).toBe(true);
  });

  test('has a title on every field of its form', () => {
    expect(untitled(info.configSchema)).toEqual([]);
  });

  test('can be dropped on the canvas and used at once', () => {
    const node = createBuiltinCatalogue().get(type);
    expect(node?.description.config.safeParse({}).success).toBe(true);
  });
});

test.each([
  ['ai.classify', { labels: [{ name: 'praise' }, { name: 'spam' }] }, ['praise', 'spam', 'other']],
  ['ai.reply', {}, ['out', 'escalate']],
  ['ai.moderate', {}, ['safe', 'flagged']],
  ['knowledge.faq', {}, ['found', 'not_found']],
  ['ai.score_lead', {}, ['hot', 'warm', 'cold']],
  ['logic.switch', { cases: [{ name: 'large' }] }, ['large', 'else']],
  ['logic.condition', {}, ['true', 'false']],
  ['people.approval', {}, ['approved', 'rejected', 'timeout']],
  ['logic.wait_for_reply', {}, ['reply', 'timeout']],
  ['contact.collect_field', {}, ['collected', 'skipped', 'failed', 'timeout']],
  ['logic.stop', {}, []],
  ['instagram.hide_comment', {}, ['out']],
])('%s has the ports %j gives', (type, config, expected) => {
  expect(outputPorts(byType.get(type)!, { config }).map(({ id }) => id)).toEqual(expected);
});

test('what the outside world sees is marked', () => {
  const marked = infos.filter(({ hasEffect }) => hasEffect).map(({ type }) => type);
  expect(marked.sort()).toEqual([
    'ai.agent',
    'contact.collect_field',
    'contact.tag',
    'contact.update',
    'http.request',
    'instagram.allow_comments',
    'instagram.delete_comment',
    'instagram.hide_comment',
    'instagram.private_reply',
    'instagram.publish_post',
    'instagram.react',
    'instagram.reply_to_comment',
    'instagram.send_buttons',
    'instagram.send_media',
    'instagram.send_message',
    'logic.call_flow',
    'people.escalate',
  ]);
});

/** Paths of fields without a title, inside lists too. */
function untitled(schema: Schema, path = ''): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const here = `${path}${name}`;
    const own = field.title ? [] : [here];
    return [
      ...own,
      ...untitled(field, `${here}.`),
      ...(field.items ? untitled(field.items, `${here}[].`) : []),
    ];
  });
}
