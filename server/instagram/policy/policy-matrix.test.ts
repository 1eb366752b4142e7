import { describe, expect, it } from 'vitest';
import type { Decision } from './decide.ts';
import { decide } from './decide.ts';
import type { PolicyFacts, WindowFacts } from './facts.ts';
import type { Author, SendKind } from './proposed-send.ts';
import { AUTHORS, SEND_KINDS } from './proposed-send.ts';
import { ago, commentWith, factsWith, NOW } from './testing/facts.ts';

const TARGET = { commentId: 'c1', personId: 'p1' };

/** `yes`, `tag` (with HUMAN_AGENT), or why not. */
function verdict(decision: Decision): string {
  if (decision.verdict === 'refused') return decision.code.replace('policy_', '');
  return decision.tag === undefined ? 'yes' : 'tag';
}

const decided = (kind: SendKind, author: Author, facts: PolicyFacts, text?: string) =>
  verdict(decide({ kind, author, target: TARGET, ...(text !== undefined && { text }) }, facts, NOW));

const last = (span: string): WindowFacts => ({ state: 'known', lastIncomingAt: ago(span) });
const no = 'window_closed';

const MESSAGES: SendKind[] = ['text', 'media', 'buttons', 'template', 'quick_replies'];
const GESTURES: SendKind[] = ['reaction', 'sender_action'];
const WITHOUT_WINDOW = SEND_KINDS.filter((kind) => ![...MESSAGES, ...GESTURES].includes(kind));

describe('window × kind × author', () => {
  //  window                       message of a flow, of the team · gesture of a flow, of the team
  describe.each<[string, WindowFacts, string, string, string, string]>([
    ['nothing known', { state: 'unknown' }, 'yes', 'tag', 'yes', 'yes'],
    ['never written', { state: 'never' }, no, no, no, no],
    ['this second', last('0s'), 'yes', 'yes', 'yes', 'yes'],
    ['12 hours', last('12h'), 'yes', 'yes', 'yes', 'yes'],
    ['a second before 24 hours', last('23h 59m 59s'), 'yes', 'yes', 'yes', 'yes'],
    ['24 hours', last('24h'), no, 'tag', no, no],
    ['3 days', last('3d'), no, 'tag', no, no],
    ['a second before 7 days', last('6d 23h 59m 59s'), no, 'tag', no, no],
    ['7 days', last('7d'), no, no, no, no],
    ['a year', last('365d'), no, no, no, no],
  ])('%s', (_name, window, ofFlow, ofTeam, gestureOfFlow, gestureOfTeam) => {
    const facts = factsWith({ window, comment: commentWith() });
    it.each(MESSAGES)('%s', (kind) => {
      expect([decided(kind, 'flow', facts), decided(kind, 'team', facts)]).toEqual([ofFlow, ofTeam]);
    });
    it.each(GESTURES)('%s', (kind) => {
      expect([decided(kind, 'flow', facts), decided(kind, 'team', facts)]).toEqual([
        gestureOfFlow,
        gestureOfTeam,
      ]);
    });
    it.each(WITHOUT_WINDOW)('%s needs no window', (kind) => {
      expect(AUTHORS.map((author) => decided(kind, author, facts))).toEqual(['yes', 'yes']);
    });
  });
});

describe('link × age × window × kind', () => {
  const link = (span: string) => ({ kind: 'link', at: ago(span) }) as const;
  //  the link opened, the window   message of a flow, of the team · gesture of a flow
  it.each<[string, string, WindowFacts, string, string, string]>([
    ['of an old conversation', '0s', last('3d'), 'yes', 'yes', 'yes'],
    ['of one as old as can be', '23h 59m 59s', last('365d'), 'yes', 'yes', 'yes'],
    ['a day ago', '24h', last('3d'), no, 'tag', no],
    ['a day ago, of an older conversation', '24h', last('7d'), no, no, no],
    ['and they wrote since', '24h', last('1h'), 'yes', 'yes', 'yes'],
    ['of a conversation of which nothing is known', '1h', { state: 'unknown' }, 'yes', 'yes', 'yes'],
    ['of a private reply that they have not answered', '1h', { state: 'never' }, no, no, no],
  ])('%s (%s)', (_case, span, window, ofFlow, ofTeam, gesture) => {
    const facts = factsWith({ window, theirWord: link(span) });
    for (const kind of MESSAGES) {
      expect([decided(kind, 'flow', facts), decided(kind, 'team', facts)]).toEqual([ofFlow, ofTeam]);
    }
    for (const kind of GESTURES) expect(decided(kind, 'flow', facts)).toBe(gesture);
  });
});

describe('comment × age × kind, whoever wrote the text', () => {
  const late = 'private_reply_too_late';
  const used = { privateReplyAt: ago('1h') };
  //  comment                            private_reply · comment_reply · hide · delete
  it.each<[string, PolicyFacts['comment'], string, string, string, string]>([
    ['not known', null, 'yes', 'yes', 'yes', 'yes'],
    ['new', commentWith({ at: ago('0s') }), 'yes', 'yes', 'yes', 'yes'],
    ['a second before 7 days', commentWith({ at: ago('6d 23h 59m 59s') }), 'yes', 'yes', 'yes', 'yes'],
    ['7 days', commentWith({ at: ago('7d') }), late, 'yes', 'yes', 'yes'],
    ['a year', commentWith({ at: ago('365d') }), late, 'yes', 'yes', 'yes'],
    ['replied to privately', commentWith(used), 'private_reply_used', 'yes', 'yes', 'yes'],
    ['hidden', commentWith({ isHidden: true }), 'yes', 'comment_hidden', 'yes', 'yes'],
    [
      'deleted',
      commentWith({ isDeleted: true }),
      'comment_deleted',
      'comment_deleted',
      'comment_deleted',
      'yes',
    ],
    ['live, new', commentWith({ isLive: true }), 'yes', 'live_comment', 'yes', 'yes'],
    ['live, 3:59', commentWith({ isLive: true, at: ago('3h 59m') }), 'yes', 'live_comment', 'yes', 'yes'],
    ['live, 4 hours', commentWith({ isLive: true, at: ago('4h') }), late, 'live_comment', 'yes', 'yes'],
    [
      'live, replied to',
      commentWith({ isLive: true, ...used }),
      'private_reply_used',
      'live_comment',
      'yes',
      'yes',
    ],
  ])('%s', (_name, comment, ...expected) => {
    const kinds: SendKind[] = ['private_reply', 'comment_reply', 'hide', 'delete'];
    for (const author of AUTHORS) {
      const facts = factsWith({ comment, window: { state: 'never' } });
      expect(kinds.map((kind) => decided(kind, author, facts))).toEqual(expected);
    }
  });
});

describe('somebody who asked not to be written to', () => {
  const optedOut = { contact: { optedOutAt: ago('2h') } };
  const message = { kind: 'message', at: ago('1h') } as const;
  const comment = { kind: 'comment', at: ago('1h') } as const;
  const older = { kind: 'message', at: ago('2h') } as const;
  //  what started the flow, last message   message of a flow, of the team · private reply · comment reply of a flow, of the team
  it.each<[string, Partial<PolicyFacts>, string, string, string, string, string]>([
    ['is left alone', { window: last('3h') }, 'opted_out', 'opted_out', 'opted_out', 'yes', 'yes'],
    [
      'by the word STOP itself',
      { window: last('2h'), theirWord: older },
      'opted_out',
      'opted_out',
      'opted_out',
      'yes',
      'yes',
    ],
    ['and writes again', { window: last('1h'), theirWord: message }, 'yes', 'yes', 'opted_out', 'yes', 'yes'],
    [
      'and writes again, to another flow',
      { window: last('1h') },
      'opted_out',
      'yes',
      'opted_out',
      'yes',
      'yes',
    ],
    [
      'and opens a link',
      { window: last('3h'), theirWord: { kind: 'link', at: ago('1h') } },
      'opted_out',
      'opted_out',
      'opted_out',
      'yes',
      'yes',
    ],
    [
      'and comments',
      { window: last('3h'), theirWord: comment },
      'opted_out',
      'opted_out',
      'opted_out',
      'yes',
      'yes',
    ],
    [
      'and commented before',
      { window: last('3h'), comment: commentWith({ at: ago('3h') }) },
      'opted_out',
      'opted_out',
      'opted_out',
      'opted_out',
      'yes',
    ],
  ])('%s', (_name, change, ...expected) => {
    const facts = factsWith({ comment: commentWith(), ...optedOut, ...change });
    expect([
      decided('text', 'flow', facts),
      decided('text', 'team', facts),
      decided('private_reply', 'flow', facts),
      decided('comment_reply', 'flow', facts),
      decided('comment_reply', 'team', facts),
    ]).toEqual(expected);
  });
});

describe('an account', () => {
  it.each([
    ['needs_login', 'account_needs_login'],
    ['disconnected', 'account_disconnected'],
  ] as const)('that is %s does nothing of any kind', (status, code) => {
    const facts = factsWith({ account: { username: 'shop', status, blockedUntil: null } });
    for (const kind of SEND_KINDS) {
      for (const author of AUTHORS) expect(decided(kind, author, facts)).toBe(code);
    }
  });

  it('that Instagram silences for long says until when; a short pause is waited for elsewhere', () => {
    const paused = (ms: number) =>
      factsWith({
        account: { username: 'shop', status: 'connected', blockedUntil: new Date(NOW.getTime() + ms) },
      });
    const sixHours = 6 * 3_600_000;
    expect(decided('text', 'flow', paused(sixHours))).toBe('yes');
    expect(decide({ kind: 'text', target: TARGET }, paused(sixHours + 1), NOW)).toMatchObject({
      code: 'policy_account_paused',
      allowedFrom: new Date(NOW.getTime() + sixHours + 1),
    });
  });
});

describe('a text', () => {
  const long = 'text_too_long';
  it.each<[SendKind, string, number, string]>([
    ['text', 'a', 1_000, 'yes'],
    ['text', 'a', 1_001, long],
    ['text', 'ä', 500, 'yes'],
    ['text', 'ä', 501, long],
    ['quick_replies', '❤️', 166, 'yes'],
    ['quick_replies', '❤️', 167, long],
    ['private_reply', '👩‍👧', 90, 'yes'],
    ['private_reply', '👩‍👧', 91, long],
    ['buttons', 'a', 640, 'yes'],
    ['buttons', 'a', 641, long],
    ['buttons', 'ä', 501, long],
    ['comment_reply', '😀', 2_200, 'yes'],
    ['comment_reply', '😀', 2_201, long],
  ])('%s of "%s" × %i: %s', (kind, text, count, expected) => {
    expect(decided(kind, 'flow', factsWith(), text.repeat(count))).toBe(expected);
  });
});
