import { z } from 'zod';
import type { AccountAccess } from '../accounts/account-access.ts';
import type { ServerContext } from '../context.ts';
import {
  loginSchema,
  loginStatusSchema,
  startedLoginSchema,
  startLoginRequestSchema,
} from '../contract/accounts.ts';
import { conflict, HttpProblem } from '../http/problem.ts';
import type { RouteSpec } from '../http/route.ts';
import { route } from '../http/route.ts';
import { finishLogin } from './finish-login.ts';
import { authorizeUrl, CALLBACK_PATH, isPublicAddress, loginState } from './login-settings.ts';
import { beginLogin } from './oauth-states.ts';

const word = z.string().max(2_000).optional();

/** Connecting an account by a login at Instagram or Facebook. */
export function loginRoutes(context: ServerContext, access: AccountAccess): RouteSpec[] {
  const { pool, publicUrl } = context;
  const redirectUrl = () => publicUrl() + CALLBACK_PATH;
  return [
    route({
      method: 'get',
      path: '/api/v1/instagram-login',
      summary: 'Whether accounts can be connected by login',
      description: 'With the addresses that have to stand in the app dashboard of Meta.',
      tag: 'Accounts',
      access: 'viewer',
      answer: loginStatusSchema,
      handler: () => ({
        logins: loginSchema.options.map((login) => ({
          login,
          state: loginState(access.settings, login, publicUrl()),
        })),
        webhookUrl: `${publicUrl()}/webhooks/instagram`,
        redirectUrl: redirectUrl(),
        isPublic: isPublicAddress(publicUrl()),
      }),
    }),
    route({
      method: 'post',
      path: '/api/v1/instagram-login',
      summary: 'Begin a login',
      description:
        'Answers the page of the platform to send the person to. Whoever comes back must be signed in as the same person, within ten minutes.',
      tag: 'Accounts',
      access: 'admin',
      body: startLoginRequestSchema,
      answer: startedLoginSchema,
      status: 201,
      handler: async ({ principal, body: { login }, request }) => {
        const { userId, workspaceId } = principal;
        if (!userId) {
          throw new HttpProblem(
            403,
            'person-needed',
            'Forbidden',
            'A login is begun by a person in the browser; with an API key, connect the account by its token.',
          );
        }
        refuseOtherOrigin(request.headers.origin, publicUrl());
        const state = loginState(access.settings, login, publicUrl());
        if (state !== 'ready') throw conflict('login-not-ready', NOT_READY[state]);
        const begun = await beginLogin(pool, { workspaceId, userId, login });
        return { url: authorizeUrl(access.settings, { login, redirectUrl: redirectUrl(), ...begun }) };
      },
    }),
    route({
      method: 'get',
      path: CALLBACK_PATH,
      summary: 'The way back from a login',
      description:
        'For browsers that the platform sends back; leads to the accounts page with `?login=<outcome>`.',
      tag: 'Accounts',
      access: 'public',
      query: z.object({ code: word, state: word, error: word }),
      handler: async ({ principal, query, response }) => {
        const { outcome, accountId } = await finishLogin(context, access, principal, query, redirectUrl());
        const page = accountId ? `/accounts/${accountId}` : '/accounts';
        // The address with the code must not be told to anybody, nor kept.
        response.setHeader('Cache-Control', 'no-store');
        response.setHeader('Referrer-Policy', 'no-referrer');
        response.redirect(303, `${publicUrl()}${page}?login=${outcome}`);
      },
    }),
  ];
}

const NOT_READY = {
  app_missing:
    'The server does not know the app yet: set META_APP_ID and META_APP_SECRET (INSTAGRAM_APP_ID and INSTAGRAM_APP_SECRET for the Instagram login).',
  callback_not_https:
    'Meta sends people back to https addresses only. Put the server behind one and set PUBLIC_URL to it.',
} as const;

/** Whoever works at another address than the public one comes back as a stranger: the session is of that address. */
function refuseOtherOrigin(origin: string | undefined, publicUrl: string): void {
  const expected = new URL(publicUrl).origin;
  if (origin === undefined || origin === expected) return;
  throw conflict('other-address', `Open Replygraph at ${expected} and connect the account from there.`);
}
