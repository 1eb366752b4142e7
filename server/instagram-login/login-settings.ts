import type { Config } from '../config.ts';
import type { Login, LoginStatus } from '../contract/accounts.ts';
import { PERMISSIONS } from './permissions.ts';

type App = { id: string; secret: string };

/** Whom this installation is to the platform, and where the platform is. */
export type LoginSettings = {
  /** Null until id and secret are set. */
  instagram: App | null;
  facebook: App | null;
  urls: {
    instagramLogin: string;
    instagramToken: string;
    instagramGraph: string;
    facebookLogin: string;
    facebookGraph: string;
  };
};

/** Where people come back to, of both logins; it stands in Meta's dashboard as it is here, to the letter. */
export const CALLBACK_PATH = '/api/v1/instagram-login/callback';

export function loginSettings(config: Config): LoginSettings {
  const app = (id: string | undefined, secret: string | undefined): App | null =>
    id && secret ? { id, secret } : null;
  return {
    instagram: app(
      config.INSTAGRAM_APP_ID ?? config.META_APP_ID,
      config.INSTAGRAM_APP_SECRET ?? config.META_APP_SECRET,
    ),
    facebook: app(config.META_APP_ID, config.META_APP_SECRET),
    urls: {
      instagramLogin: config.INSTAGRAM_LOGIN_URL,
      instagramToken: config.INSTAGRAM_TOKEN_URL,
      instagramGraph: config.INSTAGRAM_GRAPH_URL,
      facebookLogin: config.FACEBOOK_LOGIN_URL,
      facebookGraph: config.FACEBOOK_GRAPH_URL,
    },
  };
}

/** Whether a login can be begun, or what is missing. The platform sends people back to https addresses only. */
export function loginState(
  settings: LoginSettings,
  login: Login,
  publicUrl: string,
): LoginStatus['logins'][number]['state'] {
  if (!settings[login]) return 'app_missing';
  const { instagramLogin, facebookLogin } = settings.urls;
  const platform = login === 'instagram' ? instagramLogin : facebookLogin;
  const needsHttps = platform.startsWith('https:') && !publicUrl.startsWith('https:');
  return needsHttps ? 'callback_not_https' : 'ready';
}

/**
 * The page of the platform on which the person decides: "Oauth Authorize" of the Instagram Platform reference; "Manually
 * Build a Login Flow" of Facebook Login. Facebook offers PKCE ("OIDC Code Flow with PKCE"), Instagram documents none.
 */
export function authorizeUrl(
  settings: LoginSettings,
  request: { login: Login; redirectUrl: string; state: string; codeChallenge: string },
): string {
  const { login, redirectUrl, state, codeChallenge } = request;
  const page =
    login === 'instagram'
      ? `${settings.urls.instagramLogin}/oauth/authorize`
      : `${settings.urls.facebookLogin}/dialog/oauth`;
  const query = new URLSearchParams({
    client_id: settings[login]?.id ?? '',
    redirect_uri: redirectUrl,
    response_type: 'code',
    scope: PERMISSIONS[login].map(({ name }) => name).join(','),
    state,
    ...(login === 'facebook' && { code_challenge: codeChallenge, code_challenge_method: 'S256' }),
    // Asked again for what was refused before ("Re-asking for Declined Permissions").
    ...(login === 'facebook' && { auth_type: 'rerequest' }),
  });
  return `${page}?${query}`;
}

/** Meta calls only addresses that the internet reaches over https. */
export function isPublicAddress(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  const isLocal =
    /^(localhost|127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|\[)/.test(hostname) ||
    !hostname.includes('.');
  return protocol === 'https:' && !isLocal;
}
