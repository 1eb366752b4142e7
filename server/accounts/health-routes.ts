import { checkAccount } from '../account-checks/check-account.ts';
import { readChecks } from '../account-checks/check-store.ts';
import { readCommentSpike, writeCommentSpike } from '../account-checks/comment-spikes.ts';
import { tryWebhook } from '../account-checks/webhook-test.ts';
import { writeAudit } from '../auth/audit.ts';
import type { ServerContext } from '../context.ts';
import {
  accountHealthSchema,
  checklistSchema,
  commentSpikeSchema,
  webhookTestSchema,
} from '../contract/accounts.ts';
import { idParamsSchema } from '../http/id-params.ts';
import { conflict, notFound } from '../http/problem.ts';
import type { RouteSpec } from '../http/route.ts';
import { route } from '../http/route.ts';
import { CALLBACK_PATH, isPublicAddress, loginState } from '../instagram-login/login-settings.ts';
import type { AccountAccess } from './account-access.ts';
import { wordsOf } from './account-access.ts';
import { accountHealth } from './account-health.ts';
import { getAccountDetail } from './account-store.ts';
import { checklistOf } from './checklist.ts';
import type { OwnAccount } from './connection-store.ts';

const CHECK_WITHIN_MS = 30_000;

/** How an account does, and trying it out. */
export function healthRoutesOfAccounts(context: ServerContext, access: AccountAccess): RouteSpec[] {
  const { pool, config, publicUrl, secrets, live } = context;
  const webhookUrl = () => `${publicUrl()}/webhooks/instagram`;
  const health = (workspaceId: string, id: string) =>
    accountHealth({ pool, rateLimits: config.INSTAGRAM_RATE_LIMITS }, workspaceId, id);

  async function realAccount(workspaceId: string, id: string): Promise<OwnAccount> {
    const account = await access.load({ workspaceId, id });
    if (!account) throw notFound('account');
    if (account.isSandbox) throw conflict('sandbox-account', 'The sandbox account needs no checks.');
    return account;
  }

  return [
    route({
      method: 'get',
      path: '/api/v1/accounts/:id/checklist',
      summary: 'What is done and what is missing until the account works',
      tag: 'Accounts',
      access: 'viewer',
      params: idParamsSchema,
      answer: checklistSchema,
      handler: async ({ principal, params }) => {
        const account = await getAccountDetail(pool, principal.workspaceId, params.id);
        const checks = await readChecks(pool, principal.workspaceId, params.id);
        const login = account.login === 'facebook' ? 'facebook' : 'instagram';
        return checklistOf({
          account,
          app: loginState(access.settings, login, publicUrl()),
          webhookUrl: webhookUrl(),
          redirectUrl: publicUrl() + CALLBACK_PATH,
          isPublic: isPublicAddress(publicUrl()),
          token: checks.find(({ name }) => name === 'token') ?? null,
          now: new Date(),
        });
      },
    }),
    route({
      method: 'get',
      path: '/api/v1/accounts/:id/health',
      summary: 'Checks, limits used, and how far it was read',
      tag: 'Accounts',
      access: 'viewer',
      params: idParamsSchema,
      answer: accountHealthSchema,
      handler: async ({ principal, params }) => {
        await getAccountDetail(pool, principal.workspaceId, params.id);
        return health(principal.workspaceId, params.id);
      },
    }),
    route({
      method: 'post',
      path: '/api/v1/accounts/:id/check',
      summary: 'Check the account now',
      description: 'What is otherwise done every 15 minutes. 409 for the sandbox account.',
      tag: 'Accounts',
      access: 'editor',
      params: idParamsSchema,
      answer: accountHealthSchema,
      handler: async ({ principal, params }) => {
        const account = await realAccount(principal.workspaceId, params.id);
        await checkAccount({ pool, live, access }, account, AbortSignal.timeout(CHECK_WITHIN_MS));
        return health(principal.workspaceId, params.id);
      },
    }),
    route({
      method: 'post',
      path: '/api/v1/accounts/:id/webhook-test',
      summary: 'Try the way of its webhooks',
      description:
        'Makes the handshake and a signed delivery over the public address, as Meta does, with an event that starts no flow; then asks whether the account is subscribed. 409 for the sandbox account.',
      tag: 'Accounts',
      access: 'editor',
      params: idParamsSchema,
      answer: webhookTestSchema,
      handler: async ({ principal, params }) => {
        const account = await realAccount(principal.workspaceId, params.id);
        const steps = await tryWebhook({
          webhookUrl: webhookUrl(),
          verifyToken: secrets.verifyToken,
          secret: secrets.webhookSecrets[0] ?? '',
          accountExternalId: account.externalId,
        });
        return { steps: [...steps, await trySubscription(access, account)] };
      },
    }),
    route({
      method: 'get',
      path: '/api/v1/settings/comment-spike',
      summary: 'How many comments an hour are told of',
      tag: 'Settings',
      access: 'viewer',
      answer: commentSpikeSchema,
      handler: ({ principal }) => readCommentSpike(pool, principal.workspaceId),
    }),
    route({
      method: 'put',
      path: '/api/v1/settings/comment-spike',
      summary: 'Set how many comments an hour are told of',
      description: 'Per account; null: never.',
      tag: 'Settings',
      access: 'admin',
      body: commentSpikeSchema,
      answer: commentSpikeSchema,
      handler: async ({ principal, body }) => {
        await writeCommentSpike(pool, principal.workspaceId, body);
        await writeAudit(context.db, principal, { action: 'settings.comment_spike_changed', data: body });
        return body;
      },
    }),
  ];
}

async function trySubscription(access: AccountAccess, account: OwnAccount) {
  const name = 'subscription' as const;
  const signal = AbortSignal.timeout(CHECK_WITHIN_MS);
  try {
    const appId = access.settings.facebook?.id;
    const isGood = await access.call(
      account,
      'other',
      (client) => client.isSubscribed(account, appId),
      signal,
    );
    return { name, isGood, detail: '' };
  } catch (error) {
    return { name, isGood: false, detail: wordsOf(error).message };
  }
}
