import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decide } from './decide.ts';
import type { PolicyFacts } from './facts.ts';
import type { ProposedSend } from './proposed-send.ts';
import { AUTHORS, SEND_KINDS } from './proposed-send.ts';
import { NOW } from './testing/facts.ts';

const DAY_MS = 86_400_000;

/** Times around now, often right at the borders of the rules. */
const time = fc
  .oneof(
    fc.integer({ min: -DAY_MS, max: 30 * DAY_MS }),
    fc
      .tuple(fc.constantFrom(0, DAY_MS / 6, DAY_MS, 7 * DAY_MS), fc.integer({ min: -1, max: 1 }))
      .map(([border, beside]) => border + beside),
  )
  .map((agoMs) => new Date(NOW.getTime() - agoMs));
const maybeTime = fc.option(time);

const facts: fc.Arbitrary<PolicyFacts> = fc.record({
  account: fc.record({
    username: fc.constant('shop'),
    status: fc.constantFrom('connected', 'connected', 'connected', 'needs_login', 'disconnected'),
    blockedUntil: maybeTime,
  }),
  comment: fc.option(
    fc.record({
      at: time,
      isLive: fc.boolean(),
      isHidden: fc.boolean(),
      isDeleted: fc.boolean(),
      privateReplyAt: maybeTime,
    }),
  ),
  contact: fc.option(fc.record({ optedOutAt: maybeTime })),
  window: fc.oneof(
    fc.constant({ state: 'unknown' } as const),
    fc.constant({ state: 'never' } as const),
    time.map((lastIncomingAt) => ({ state: 'known', lastIncomingAt }) as const),
  ),
  theirWord: fc.option(fc.record({ kind: fc.constantFrom('message', 'comment', 'link'), at: time })),
});

const send: fc.Arbitrary<ProposedSend> = fc.record({
  kind: fc.constantFrom(...SEND_KINDS),
  author: fc.constantFrom(...AUTHORS),
  target: fc.constant({ commentId: 'c1', personId: 'p1' }),
  text: fc.string({ unit: 'grapheme', maxLength: 2_300 }),
});

/** The rules of docs/instagram-rules.md, each by itself; those that this send breaks. */
function brokenRules(proposed: ProposedSend, known: PolicyFacts, tag: string | undefined): string[] {
  const { kind, author, text = '' } = proposed;
  const { account, comment, contact, window, theirWord } = known;
  const now = NOW.getTime();
  const isPrivate = !['comment_reply', 'hide', 'delete', 'publish'].includes(kind);
  const inConversation = isPrivate && kind !== 'private_reply';
  const hasText = ['text', 'quick_replies', 'buttons', 'media', 'template', 'private_reply'].includes(kind);
  const sinceMs = window.state === 'known' ? now - window.lastIncomingAt.getTime() : null;
  const cameByLink = theirWord?.kind === 'link' && now - theirWord.at.getTime() < DAY_MS;
  const optedOutAt = contact?.optedOutAt?.getTime();
  const wroteAgain =
    optedOutAt !== undefined &&
    ((theirWord && theirWord.kind !== 'link' && theirWord.at.getTime() > optedOutAt) ||
      (author === 'team' && window.state === 'known' && window.lastIncomingAt.getTime() > optedOutAt));
  const rules: Record<string, boolean> = {
    'an account that is not connected sends nothing': account.status === 'connected',
    'nobody is written to who never wrote': !inConversation || window.state !== 'never',
    'a flow writes within 24 hours':
      !inConversation || author === 'team' || cameByLink || sinceMs === null || sinceMs < DAY_MS,
    'nobody writes after 7 days': !inConversation || cameByLink || sinceMs === null || sinceMs < 7 * DAY_MS,
    'after 24 hours only with the tag':
      !inConversation || cameByLink || sinceMs === null || sinceMs < DAY_MS || tag !== undefined,
    'the tag is for messages of the team': tag === undefined || (author === 'team' && hasText),
    'one private reply per comment': kind !== 'private_reply' || !comment?.privateReplyAt,
    'a private reply within 7 days':
      kind !== 'private_reply' || !comment || now - comment.at.getTime() < 7 * DAY_MS,
    'a live comment within 4 hours':
      kind !== 'private_reply' || !comment?.isLive || now - comment.at.getTime() < DAY_MS / 6,
    'no public reply to hidden, live or deleted comments':
      kind !== 'comment_reply' || !comment || !(comment.isHidden || comment.isLive || comment.isDeleted),
    'no private reply to a deleted comment': kind !== 'private_reply' || !comment?.isDeleted,
    'no private word to who opted out, unless they wrote again':
      !isPrivate || optedOutAt === undefined || (wroteAgain && kind !== 'private_reply'),
    'a message has 1,000 bytes': !hasText || Buffer.byteLength(text) <= 1_000,
    'a comment has 2,200 characters': kind !== 'comment_reply' || [...text].length <= 2_200,
  };
  return Object.entries(rules).flatMap(([rule, isKept]) => (isKept ? [] : [rule]));
}

it('nothing that is allowed breaks a rule, and every refusal says why', () => {
  let allowed = 0;
  fc.assert(
    fc.property(send, facts, (proposed, known) => {
      const decision = decide(proposed, known, NOW);
      if (decision.verdict === 'refused') {
        expect(decision.message).toMatch(/^.{15,}\.$/);
        return;
      }
      allowed += 1;
      expect(brokenRules(proposed, known, decision.tag)).toEqual([]);
    }),
    { numRuns: 5_000 },
  );
  expect(allowed).toBeGreaterThan(500);
});
