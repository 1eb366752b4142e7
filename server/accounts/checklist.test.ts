import { describe, expect, it } from 'vitest';
import type { AccountDetail } from '../contract/accounts.ts';
import type { ChecklistFacts } from './checklist.ts';
import { checklistOf } from './checklist.ts';

const NOW = new Date('2026-03-01T12:00:00.000Z');
const inDays = (days: number) => new Date(NOW.getTime() + days * 86_400_000).toISOString();

const ACCOUNT: AccountDetail = {
  id: '0198c0de-0000-7000-8000-000000000001',
  platform: 'instagram',
  externalId: '17841400000000001',
  username: 'shop',
  isSandbox: false,
  status: 'connected',
  createdAt: inDays(-1),
  login: 'instagram',
  profilePictureUrl: null,
  permissions: [
    'instagram_business_basic',
    'instagram_business_manage_comments',
    'instagram_business_manage_messages',
    'instagram_business_content_publish',
    'instagram_business_manage_insights',
  ],
  tokenIssuedAt: inDays(-1),
  tokenExpiresAt: inDays(59),
  subscribedAt: inDays(-1),
  lastEventAt: inDays(0),
  lastError: null,
  lastErrorAt: null,
};
const FACTS: ChecklistFacts = {
  account: ACCOUNT,
  app: 'ready',
  webhookUrl: 'https://flows.example.com/webhooks/instagram',
  redirectUrl: 'https://flows.example.com/back',
  isPublic: true,
  token: null,
  now: NOW,
};

describe('the checklist', () => {
  it('has nothing left to do for an account that works', () => {
    expect(checklistOf(FACTS).steps.map(({ state }) => state)).toEqual(Array(7).fill('done'));
  });

  it.each<[string, Partial<ChecklistFacts>, Partial<AccountDetail>, string, string]>([
    ['no app', { app: 'app_missing' }, {}, 'app', 'todo missing'],
    ['no app, typed in', { app: 'app_missing' }, { login: 'manual' }, 'app', 'warning missing'],
    ['a local address', { isPublic: false }, {}, 'callback', 'todo not_public'],
    ['a lost login', {}, { status: 'needs_login' }, 'login', 'failed needs_login'],
    ['unknown permissions', {}, { permissions: [] }, 'permissions', 'warning unknown'],
    [
      'few permissions',
      {},
      { permissions: ACCOUNT.permissions.slice(0, 2) },
      'permissions',
      'warning missing',
    ],
    [
      'without the basic one',
      {},
      { permissions: ACCOUNT.permissions.slice(1) },
      'permissions',
      'failed missing',
    ],
    ['no subscription', {}, { subscribedAt: null }, 'webhook', 'todo missing'],
    ['no event', {}, { lastEventAt: null }, 'event', 'todo none'],
    ['a token about to end', {}, { tokenExpiresAt: inDays(8) }, 'token', 'warning soon'],
    ['an expired token', {}, { tokenExpiresAt: inDays(-1) }, 'token', 'failed dead'],
    ['a refused token', { token: { status: 'failed', detail: 'Gone.' } }, {}, 'token', 'failed dead'],
    ['a token of a page', {}, { login: 'facebook', tokenExpiresAt: null }, 'token', 'done lasting'],
  ])('with %s', (_name, facts, account, name, expected) => {
    const { steps } = checklistOf({ ...FACTS, ...facts, account: { ...ACCOUNT, ...account } });
    const step = steps.find((one) => one.name === name);
    expect(`${step?.state} ${step?.reason}`).toBe(expected);
  });
});
