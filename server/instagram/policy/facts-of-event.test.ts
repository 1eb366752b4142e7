import { describe, expect, it } from 'vitest';
import type { TriggerEvent } from '../../../engine/event.ts';
import { triggerEventSchema } from '../../../engine/event.ts';
import type { PolicyFacts } from './facts.ts';
import { factsWithEvent } from './facts-of-event.ts';
import { factsWith, NOW } from './testing/facts.ts';

const AT = '2026-06-10T11:00:00.000Z';

function wordOf(event: Partial<TriggerEvent>, target: object = { personId: 'mia' }): string | undefined {
  const whole: TriggerEvent = { kind: 'message', at: AT, from: { id: 'mia' }, ...event };
  return factsWithEvent({ ...factsWith(), comment: null, now: NOW }, whole, target).theirWord?.kind;
}

describe('what of the person started the flow', () => {
  const expected: Partial<Record<TriggerEvent['kind'], NonNullable<PolicyFacts['theirWord']>['kind']>> = {
    message: 'message',
    postback: 'message',
    story_reply: 'message',
    story_mention: 'message',
    referral: 'link',
  };
  it.each(triggerEventSchema.shape.kind.options)('%s', (kind) => {
    expect(wordOf({ kind })).toBe(expected[kind]);
  });

  // "A person clicks on an ig.me link that takes them to an existing conversation" opens the window; "a person clicks on a
  // Click-to-Messenger ad and then sends a message" ("Send a Message", Messenger Platform).
  it.each<[string, TriggerEvent['referral'], string | undefined]>([
    ['an ig.me link', { ref: 'news', source: 'IGME-SOURCE-LINK', type: 'OPEN_THREAD' }, 'link'],
    [
      'a link as the page on ig.me has it',
      { ref: 'news', source: 'SHORTLINKS', type: 'OPEN_THREAD' },
      'link',
    ],
    ['nothing that says whence', undefined, 'link'],
    ['an ad', { ref: 'summer', source: 'ADS', type: 'OPEN_THREAD' }, undefined],
    ['an ad by its id', { adId: '120250784238480294' }, undefined],
  ])('opened by %s', (_case, referral, kind) => {
    expect(wordOf({ kind: 'referral', ...(referral && { referral }) })).toBe(kind);
  });

  it('is a message where the referral came with one, also by an ad', () => {
    expect(wordOf({ kind: 'message', referral: { source: 'ADS', adId: '1' } })).toBe('message');
  });

  it.each(['message', 'referral'] as const)('is nothing for somebody else: %s', (kind) => {
    expect(wordOf({ kind }, { personId: 'sam' })).toBeUndefined();
  });

  it('is the comment where that is answered', () => {
    const event = { kind: 'comment', comment: { id: 'c1', text: 'Hi' } } as const;
    expect(wordOf(event, { commentId: 'c1', personId: 'mia' })).toBe('comment');
  });
});
