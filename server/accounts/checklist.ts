import type { AccountDetail, Checklist, ChecklistStep, LoginStatus } from '../contract/accounts.ts';
import { permissionsOf } from '../instagram-login/permissions.ts';

export type ChecklistFacts = {
  account: AccountDetail;
  app: LoginStatus['logins'][number]['state'];
  webhookUrl: string;
  redirectUrl: string;
  isPublic: boolean;
  /** How the last check of the token went, where there was one. */
  token: { status: 'ok' | 'warning' | 'failed'; detail: string } | null;
  now: Date;
};

const DAY_MS = 86_400_000;
/** From then on a token that was not renewed is worth a warning: it should have been, ten days before its end. */
const SOON_MS = 9 * DAY_MS;

/** What is done and what is missing until an account works, in the order in which people do it. */
export function checklistOf(facts: ChecklistFacts): Checklist {
  const permissions = permissionsOf(facts.account);
  return {
    steps: [
      appStep(facts),
      callbackStep(facts),
      loginStep(facts),
      permissionsStep(permissions),
      webhookStep(facts),
      eventStep(facts),
      tokenStep(facts),
    ],
    permissions,
    webhookUrl: facts.webhookUrl,
    redirectUrl: facts.redirectUrl,
  };
}

function appStep({ app, account }: ChecklistFacts): ChecklistStep {
  const isSet = app !== 'app_missing';
  if (isSet) return step('app', 'done', 'set', 'App id and app secret are set.');
  const text =
    'Set META_APP_ID and META_APP_SECRET on the server: without the secret no webhook is accepted, without both nobody can sign in.';
  return step('app', account.login === 'manual' ? 'warning' : 'todo', 'missing', text);
}

function callbackStep({ isPublic, webhookUrl }: ChecklistFacts): ChecklistStep {
  return isPublic
    ? step('callback', 'done', 'public', `${webhookUrl} is an https address.`)
    : step(
        'callback',
        'todo',
        'not_public',
        `Meta can't call ${webhookUrl}. Put the server behind an https address and set PUBLIC_URL to it.`,
      );
}

function loginStep({ account }: ChecklistFacts): ChecklistStep {
  switch (account.status) {
    case 'connected':
      return account.login === 'manual'
        ? step('login', 'done', 'typed_in', 'Connected with a token that was typed in.')
        : step('login', 'done', account.login, `Connected by the login of ${account.login}.`);
    case 'needs_login':
      return step('login', 'failed', 'needs_login', 'The login has ended. Connect the account again.');
    case 'disconnected':
      return step('login', 'todo', 'disconnected', 'The account is not connected.');
  }
}

function permissionsStep(permissions: Checklist['permissions']): ChecklistStep {
  const missing = permissions.filter(({ isGranted }) => isGranted === false);
  if (permissions.every(({ isGranted }) => isGranted === null)) {
    return step('permissions', 'warning', 'unknown', 'A typed-in token does not tell what it may do.');
  }
  if (missing.length === 0) return step('permissions', 'done', 'granted', 'All permissions are granted.');
  const names = missing.map(({ name }) => name).join(', ');
  const isVital = missing.some(({ disables }) => disables.includes('everything'));
  return step(
    'permissions',
    isVital ? 'failed' : 'warning',
    'missing',
    `Not granted: ${names}. Connect the account again and allow them.`,
  );
}

function webhookStep({ account }: ChecklistFacts): ChecklistStep {
  return account.subscribedAt === null
    ? step('webhook', 'todo', 'missing', 'Instagram does not send events of this account here yet.')
    : step('webhook', 'done', 'subscribed', 'Instagram sends events of this account here.');
}

function eventStep({ account }: ChecklistFacts): ChecklistStep {
  return account.lastEventAt === null
    ? step('event', 'todo', 'none', 'No event yet. Write a comment under a post, from another account.')
    : step('event', 'done', 'received', `The last event came at ${account.lastEventAt}.`);
}

function tokenStep({ account, token, now }: ChecklistFacts): ChecklistStep {
  if (account.status === 'needs_login' || token?.status === 'failed') {
    return step('token', 'failed', 'dead', token?.detail || 'The token is no longer valid.');
  }
  if (account.tokenExpiresAt === null) {
    return account.login === 'facebook'
      ? step('token', 'done', 'lasting', 'The token of a page does not expire.')
      : step('token', 'done', 'unknown', 'When it ends is known after it was renewed, a day from now.');
  }
  const leftMs = Date.parse(account.tokenExpiresAt) - now.getTime();
  if (leftMs <= 0) return step('token', 'failed', 'dead', 'The token has expired.');
  const day = account.tokenExpiresAt.slice(0, 10);
  return leftMs < SOON_MS
    ? step('token', 'warning', 'soon', `The token ends on ${day} and could not be renewed.`)
    : step('token', 'done', 'valid', `Valid until ${day}; it is renewed before.`);
}

const step = (
  name: ChecklistStep['name'],
  state: ChecklistStep['state'],
  reason: string,
  text: string,
): ChecklistStep => ({ name, state, reason, text });
