import type { Dispatcher } from 'undici';
import { z } from 'zod';
import { graphRequest } from './graph-request.ts';
import type { LoginSettings } from './login-settings.ts';

/** A token with its lifetime; null where the platform names none. */
export type IssuedToken = { accessToken: string; expiresInSeconds: number | null };

/** A professional account behind a page, with the token that speaks for both. */
export type PageAccount = {
  pageId: string;
  accessToken: string;
  externalId: string;
  username: string;
  profilePictureUrl: string | null;
};

/** "Business Login for Instagram" documents the list around it; the endpoint also answers without. */
const shortToken = z
  .object({
    access_token: z.string(),
    permissions: z.union([z.string(), z.array(z.string())]).optional(),
  })
  .transform(({ access_token, permissions = [] }) => ({
    accessToken: access_token,
    permissions: typeof permissions === 'string' ? permissions.split(',').filter(Boolean) : permissions,
  }));
const shortTokenAnswer = z.union([
  z.object({ data: z.array(shortToken).min(1) }).transform(({ data }) => data[0]!),
  shortToken,
]);
const tokenAnswer = z.object({ access_token: z.string(), expires_in: z.number().optional() }).transform(
  ({ access_token, expires_in }): IssuedToken => ({
    accessToken: access_token,
    expiresInSeconds: expires_in ?? null,
  }),
);
const pagesAnswer = z.object({
  data: z.array(
    z.object({
      id: z.string(),
      access_token: z.string().optional(),
      instagram_business_account: z
        .object({ id: z.string(), username: z.string(), profile_picture_url: z.string().optional() })
        .optional(),
    }),
  ),
});
const permissionsAnswer = z.object({
  data: z.array(z.object({ permission: z.string(), status: z.string() })),
});

/** The calls by which a code of a login becomes a token that lasts. All throw NodeError. */
export class LoginClient {
  readonly #dispatcher: Dispatcher;
  readonly #settings: LoginSettings;

  constructor(dispatcher: Dispatcher, settings: LoginSettings) {
    this.#dispatcher = dispatcher;
    this.#settings = settings;
  }

  /** Code → token of an hour, with what it may do ("Business Login for Instagram", step 2). */
  instagramToken(code: string, redirectUrl: string) {
    const { urls, instagram } = this.#settings;
    return graphRequest(this.#dispatcher, shortTokenAnswer, {
      operation: 'exchange the code of the login',
      family: 'login',
      method: 'POST',
      url: `${urls.instagramToken}/oauth/access_token`,
      form: {
        client_id: instagram?.id ?? '',
        client_secret: instagram?.secret ?? '',
        grant_type: 'authorization_code',
        redirect_uri: redirectUrl,
        code,
      },
    });
  }

  /** Token of an hour → token of 60 days ("Access Token" of the Instagram Platform reference; without a version). */
  longLivedInstagramToken(shortLived: string): Promise<IssuedToken> {
    const query = new URLSearchParams({
      grant_type: 'ig_exchange_token',
      client_secret: this.#settings.instagram?.secret ?? '',
      access_token: shortLived,
    });
    return this.#token('get a token that lasts', `/access_token?${query}`);
  }

  /** Another 60 days, for a token that is at least 24 hours old and still valid ("Refresh Access Token"). */
  refreshInstagramToken(accessToken: string): Promise<IssuedToken> {
    const query = new URLSearchParams({ grant_type: 'ig_refresh_token', access_token: accessToken });
    return this.#token('renew the token', `/refresh_access_token?${query}`);
  }

  /** Code → user token ("Manually Build a Login Flow"; the verifier: "OIDC Code Flow with PKCE"). */
  facebookToken(code: string, redirectUrl: string, codeVerifier: string): Promise<IssuedToken> {
    return this.#facebookToken('exchange the code of the login', {
      redirect_uri: redirectUrl,
      code,
      code_verifier: codeVerifier,
    });
  }

  /** Tokens of pages that are asked for with a long-lived user token do not expire ("Long-Lived Access Tokens"). */
  longLivedFacebookToken(shortLived: string): Promise<IssuedToken> {
    return this.#facebookToken('get a token that lasts', {
      grant_type: 'fb_exchange_token',
      fb_exchange_token: shortLived,
    });
  }

  /** Professional accounts behind the pages that the person chose ("Get started", Instagram API with Facebook Login). */
  async facebookPages(userToken: string): Promise<PageAccount[]> {
    const fields = 'id,access_token,instagram_business_account{id,username,profile_picture_url}';
    const { data } = await graphRequest(this.#dispatcher, pagesAnswer, {
      operation: 'list the pages of the person',
      family: 'login',
      url: `${this.#settings.urls.facebookGraph}/me/accounts?limit=100&fields=${encodeURIComponent(fields)}`,
      token: userToken,
    });
    return data.flatMap(({ id, access_token, instagram_business_account: account }) =>
      access_token && account
        ? [
            {
              pageId: id,
              accessToken: access_token,
              externalId: account.id,
              username: account.username,
              profilePictureUrl: account.profile_picture_url ?? null,
            },
          ]
        : [],
    );
  }

  /** What the person granted ("User Permissions" of the Graph API reference). */
  async facebookPermissions(userToken: string): Promise<string[]> {
    const { data } = await graphRequest(this.#dispatcher, permissionsAnswer, {
      operation: 'read the permissions',
      family: 'login',
      url: `${this.#settings.urls.facebookGraph}/me/permissions`,
      token: userToken,
    });
    return data.filter(({ status }) => status === 'granted').map(({ permission }) => permission);
  }

  #token(operation: string, path: string): Promise<IssuedToken> {
    const base = this.#settings.urls.instagramGraph.replace(/\/v\d+\.\d+$/, '');
    return graphRequest(this.#dispatcher, tokenAnswer, { operation, family: 'login', url: base + path });
  }

  #facebookToken(operation: string, form: Record<string, string>): Promise<IssuedToken> {
    const { urls, facebook } = this.#settings;
    return graphRequest(this.#dispatcher, tokenAnswer, {
      operation,
      family: 'login',
      method: 'POST',
      url: `${urls.facebookGraph}/oauth/access_token`,
      form: { client_id: facebook?.id ?? '', client_secret: facebook?.secret ?? '', ...form },
    });
  }
}
