import { describe, expect, it } from 'vitest';
import { refuseMessage, refusePrivateReply, refuseReply, windowFrom } from './rules.ts';

const NOW = new Date('2026-03-10T12:00:00Z');
const hoursAgo = (hours: number) => new Date(NOW.getTime() - hours * 3_600_000);
const comment = (change: object = {}) => ({
  externalId: '1',
  fromExternalId: '2',
  hidden: false,
  deleted: false,
  at: hoursAgo(1),
  ...change,
});

describe('public reply', () => {
  it.each([
    ['a visible comment', comment(), 'Thanks!', undefined],
    ['an unknown comment', undefined, 'Thanks!', 100],
    ['a deleted comment', comment({ deleted: true }), 'Thanks!', 100],
    ['a hidden comment', comment({ hidden: true }), 'Thanks!', 100],
    ['a text that is too long', comment(), 'x'.repeat(2_201), 100],
  ])('to %s', (_case, target, text, code) => {
    expect(refuseReply(target, '1', text)?.code).toBe(code);
  });
});

describe('private reply', () => {
  it.each([
    ['to a fresh comment', comment(), 'Hi', false, undefined],
    ['after six days', comment({ at: hoursAgo(6 * 24) }), 'Hi', false, undefined],
    ['after more than seven days', comment({ at: hoursAgo(7 * 24 + 1) }), 'Hi', false, 10903],
    ['a second time', comment(), 'Hi', true, 10900],
    ['of more than 1,000 bytes', comment(), 'ü'.repeat(501), false, 100],
  ])('%s', (_case, target, text, already, code) => {
    expect(refusePrivateReply(target, '1', text, already, NOW)?.code).toBe(code);
  });
});

describe('message', () => {
  it.each([
    ['within 24 hours', hoursAgo(23), undefined],
    ['after 24 hours', hoursAgo(24.1), 2534022],
    ['to somebody who never wrote', undefined, 2534022],
  ])('%s', (_case, lastIncomingAt, subcode) => {
    expect(refuseMessage(lastIncomingAt, 'Hi', NOW)?.subcode).toBe(subcode);
  });

  it.each([
    ['wrote, then came by a link', hoursAgo(30), hoursAgo(1), hoursAgo(1)],
    ['came by a link, then wrote', hoursAgo(1), hoursAgo(30), hoursAgo(1)],
    ['wrote', hoursAgo(2), null, hoursAgo(2)],
    ['came by a link and never wrote', null, hoursAgo(1), undefined],
  ])('to somebody who %s', (_case, wroteAt, cameAt, expected) => {
    expect(windowFrom({ wroteAt, cameAt })).toEqual(expected);
  });
});
