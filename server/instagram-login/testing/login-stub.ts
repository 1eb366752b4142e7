import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A professional account at the stub. */
export type StubAccount = {
  externalId: string;
  username: string;
  accountType?: string;
  /** The page behind it; it can be connected over Facebook. */
  pageId?: string;
  comments?: StubComment[];
  messages?: StubMessage[];
};
export type StubComment = {
  id: string;
  text: string;
  at: string;
  from: { id: string; username: string };
  parentId?: string;
};
export type StubMessage = { id: string; text: string; at: string; from: { id: string; username: string } };

type Failure = { status: number; body: unknown; headers?: Record<string, string> };

/**
 * Instagram's and Facebook's logins and Graph APIs, as far as connecting and watching accounts needs them, over HTTP: the
 * page on which a person says yes or no included.
 */
export type LoginStub = {
  url: string;
  /** Variables with which an installation speaks to it. */
  environment: Record<string, string>;
  /** Whom the person on the page of the platform is signed in as, and what they allow. */
  person: { accounts: StubAccount[]; refusedPermissions: string[] };
  /** Calls of the Graph API, `METHOD /path`. */
  calls: string[];
  /** Accounts that are subscribed to webhooks, by external id or page id. */
  subscribed: Set<string>;
  /** Messages that were sent, with the id of the account or page that sent them. */
  sent: { by: string; body: unknown }[];
  /** A token that works for an account. */
  issueToken(account: StubAccount): string;
  /** The token works no longer. */
  revoke(token: string): void;
  /** Calls whose path contains this are answered so, until it is called with null. */
  answerWith(pathPart: string, failure: Failure | null): void;
  close(): Promise<void>;
};

export const STUB_APP = { id: '1010', secret: 'secret-of-the-stub-app' };
export const DEAD_TOKEN = {
  status: 401,
  body: { error: { message: 'Error validating access token.', type: 'OAuthException', code: 190 } },
};

const LIFETIME_SECONDS = 5_184_000;

type Grant = {
  login: 'instagram' | 'facebook';
  scope: string[];
  redirectUri: string;
  challenge: string | null;
};

export async function startLoginStub(): Promise<LoginStub> {
  const person: LoginStub['person'] = { accounts: [], refusedPermissions: [] };
  const codes = new Map<string, Grant>();
  const tokens = new Map<
    string,
    { kind: 'short' | 'long' | 'user' | 'page'; account: StubAccount | null; scope: string[] }
  >();
  const failures = new Map<string, Failure>();
  const calls: string[] = [];
  const subscribed = new Set<string>();
  const sent: LoginStub['sent'] = [];

  const issue = (kind: 'short' | 'long' | 'user' | 'page', account: StubAccount | null, scope: string[]) => {
    const token = `${kind}-${randomBytes(12).toString('hex')}`;
    tokens.set(token, { kind, account, scope });
    return token;
  };

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', 'http://stub');
    const text = await readText(request);
    const form = new URLSearchParams(text);
    if (url.pathname.endsWith('/oauth/authorize') || url.pathname.endsWith('/dialog/oauth')) {
      return authorizePage(url, response);
    }
    calls.push(`${request.method} ${url.pathname}`);
    const failure = [...failures].find(([part]) => url.pathname.includes(part))?.[1];
    if (failure) return answer(response, failure.status, failure.body, failure.headers);
    if (url.pathname === '/token/oauth/access_token') return exchangeInstagram(form, response);
    if (url.pathname === '/graph/access_token') return exchangeLong(url.searchParams, response);
    if (url.pathname === '/graph/refresh_access_token') return refresh(url.searchParams, response);
    if (url.pathname === '/facebook/oauth/access_token') return exchangeFacebook(form, response);
    const token = tokens.get(request.headers.authorization?.replace('Bearer ', '') ?? '');
    if (!token) return answer(response, DEAD_TOKEN.status, DEAD_TOKEN.body);
    const [, , ...parts] = url.pathname.split('/');
    const path = parts.map(decodeURIComponent);
    if (path[1] === 'messages') return send(path[0] ?? '', text, token, response);
    graph(request.method ?? 'GET', path, token, response);
  }

  /** Only whom the token belongs to may send: the account itself, or the page behind it. */
  function send(
    id: string,
    body: string,
    { kind, account }: { kind: string; account: StubAccount | null },
    response: ServerResponse,
  ) {
    const owner = kind === 'page' ? account?.pageId : account?.externalId;
    if (owner === undefined || (id !== 'me' && id !== owner)) {
      const message = `Unsupported post request. Object with ID '${id}' does not exist`;
      return answer(response, 400, {
        error: { message, type: 'GraphMethodException', code: 100, error_subcode: 33 },
      });
    }
    sent.push({ by: owner, body: JSON.parse(body) });
    answer(response, 200, { recipient_id: 'mia', message_id: `message-${sent.length}` });
  }

  /** The page on which the person decides. `&decision=` is what its buttons add. */
  function authorizePage(url: URL, response: ServerResponse) {
    const query = url.searchParams;
    const redirectUri = query.get('redirect_uri') ?? '';
    const decision = query.get('decision');
    if (query.get('client_id') !== STUB_APP.id || !redirectUri) {
      return answer(response, 400, { error: { message: 'Invalid platform app' } });
    }
    if (decision === null) {
      const [yes, no] = [new URL(url), new URL(url)];
      yes.searchParams.set('decision', 'allow');
      no.searchParams.set('decision', 'cancel');
      response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' });
      response.end(`<!doctype html><html lang="en"><title>Stub</title><h1>Allow this app?</h1>
        <a href="${escapeHtml(yes.pathname + yes.search)}">Allow</a>
        <a href="${escapeHtml(no.pathname + no.search)}">Cancel</a></html>`);
      return;
    }
    const back = new URL(redirectUri);
    back.searchParams.set('state', query.get('state') ?? '');
    if (decision === 'cancel') {
      back.searchParams.set('error', 'access_denied');
      back.searchParams.set('error_reason', 'user_denied');
      back.searchParams.set('error_description', 'The user denied your request');
    } else {
      const code = randomBytes(12).toString('hex');
      const scope = (query.get('scope') ?? '').split(',');
      codes.set(code, {
        login: url.pathname.includes('dialog') ? 'facebook' : 'instagram',
        scope: scope.filter((name) => !person.refusedPermissions.includes(name)),
        redirectUri,
        challenge: query.get('code_challenge'),
      });
      back.searchParams.set('code', code);
    }
    // Instagram adds `#_` to the address it sends people back to.
    response.writeHead(302, { Location: `${back.href}#_` }).end();
  }

  function takeCode(form: URLSearchParams, login: Grant['login']): Grant | null {
    const code = form.get('code') ?? '';
    const grant = codes.get(code);
    codes.delete(code);
    const isRight =
      grant?.login === login &&
      grant.redirectUri === form.get('redirect_uri') &&
      form.get('client_id') === STUB_APP.id &&
      form.get('client_secret') === STUB_APP.secret;
    return isRight ? grant : null;
  }

  function exchangeInstagram(form: URLSearchParams, response: ServerResponse) {
    const grant = form.get('grant_type') === 'authorization_code' ? takeCode(form, 'instagram') : null;
    const [account] = person.accounts;
    if (!grant || !account) {
      return answer(response, 400, {
        error_type: 'OAuthException',
        code: 400,
        error_message: 'Matching code was not found or was already used.',
      });
    }
    const access_token = issue('short', account, grant.scope);
    answer(response, 200, {
      data: [{ access_token, user_id: `app-${account.externalId}`, permissions: grant.scope.join(',') }],
    });
  }

  function exchangeLong(query: URLSearchParams, response: ServerResponse) {
    const short = tokens.get(query.get('access_token') ?? '');
    const isRight =
      query.get('grant_type') === 'ig_exchange_token' && query.get('client_secret') === STUB_APP.secret;
    if (!isRight || short?.kind !== 'short') return answer(response, DEAD_TOKEN.status, DEAD_TOKEN.body);
    answer(response, 200, {
      access_token: issue('long', short.account, short.scope),
      token_type: 'bearer',
      expires_in: LIFETIME_SECONDS,
    });
  }

  function refresh(query: URLSearchParams, response: ServerResponse) {
    const long = tokens.get(query.get('access_token') ?? '');
    if (query.get('grant_type') !== 'ig_refresh_token' || long?.kind !== 'long') {
      return answer(response, DEAD_TOKEN.status, DEAD_TOKEN.body);
    }
    answer(response, 200, {
      access_token: issue('long', long.account, long.scope),
      token_type: 'bearer',
      expires_in: LIFETIME_SECONDS,
    });
  }

  function exchangeFacebook(form: URLSearchParams, response: ServerResponse) {
    if (form.get('grant_type') === 'fb_exchange_token') {
      const short = tokens.get(form.get('fb_exchange_token') ?? '');
      if (!short) return answer(response, DEAD_TOKEN.status, DEAD_TOKEN.body);
      const access_token = issue('user', null, short.scope);
      return answer(response, 200, { access_token, token_type: 'bearer', expires_in: LIFETIME_SECONDS });
    }
    const grant = takeCode(form, 'facebook');
    const verifier = form.get('code_verifier') ?? '';
    const isProven = grant?.challenge === createHash('sha256').update(verifier).digest('base64url');
    if (!grant || !isProven) {
      return answer(response, 400, { error: { message: 'Invalid code verifier.', code: 100 } });
    }
    answer(response, 200, { access_token: issue('user', null, grant.scope), token_type: 'bearer' });
  }

  function graph(
    method: string,
    [first = '', edge = '']: string[],
    token: { kind: string; account: StubAccount | null; scope: string[] },
    response: ServerResponse,
  ) {
    const { account } = token;
    if (token.kind === 'user') return answer(response, 200, userEdge(edge, token.scope));
    if (!account) return answer(response, 400, { error: { message: 'No account.', code: 100 } });
    const owner = account.pageId === first ? first : account.externalId;
    if (edge === 'subscribed_apps') {
      if (method === 'POST') subscribed.add(owner);
      const apps = subscribed.has(owner) ? [{ id: STUB_APP.id, subscribed_fields: ['comments'] }] : [];
      return answer(response, 200, method === 'POST' ? { success: true } : { data: apps });
    }
    if (edge === 'content_publishing_limit') {
      return answer(response, 200, { data: [{ quota_usage: 3, config: { quota_total: 100 } }] });
    }
    if (edge === 'media') {
      const count = account.comments?.length ?? 0;
      const post = { id: `media-${account.externalId}`, media_product_type: 'FEED', comments_count: count };
      return answer(response, 200, { data: [post] });
    }
    if (edge === 'comments') return answer(response, 200, { data: commentsOf(account) });
    if (edge === 'conversations') return answer(response, 200, { data: conversationsOf(account) });
    answer(response, 200, {
      id: token.kind === 'page' ? account.externalId : `app-${account.externalId}`,
      user_id: account.externalId,
      username: account.username,
      account_type: account.accountType ?? 'BUSINESS',
      profile_picture_url: `https://cdn.example/${account.externalId}.jpg`,
    });
  }

  function userEdge(edge: string, scope: string[]): unknown {
    if (edge === 'permissions') {
      const granted = scope.map((permission) => ({ permission, status: 'granted' }));
      const refused = person.refusedPermissions.map((permission) => ({ permission, status: 'declined' }));
      return { data: [...granted, ...refused] };
    }
    const pages = person.accounts.map((account) => ({
      id: account.pageId ?? '',
      access_token: issue('page', account, scope),
      instagram_business_account: { id: account.externalId, username: account.username },
    }));
    return { data: [...pages, { id: 'page-without-instagram', access_token: 'none' }] };
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => answer(response, 500, { error: String(error) }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    environment: {
      META_APP_ID: STUB_APP.id,
      META_APP_SECRET: STUB_APP.secret,
      INSTAGRAM_LOGIN_URL: url,
      INSTAGRAM_TOKEN_URL: `${url}/token`,
      INSTAGRAM_GRAPH_URL: `${url}/graph`,
      FACEBOOK_LOGIN_URL: url,
      FACEBOOK_GRAPH_URL: `${url}/facebook`,
    },
    person,
    calls,
    subscribed,
    sent,
    issueToken: (account) => issue('long', account, []),
    revoke: (token) => void tokens.delete(token),
    answerWith: (part, failure) => void (failure ? failures.set(part, failure) : failures.delete(part)),
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** Newest first, replies inside their comments, as the Graph API gives them. */
function commentsOf({ comments = [] }: StubAccount): unknown[] {
  const shape = ({ id, text, at, from, parentId }: StubComment) => ({
    id,
    text,
    timestamp: at.replace(/\.\d+Z$/, '+0000'),
    from,
    ...(parentId && { parent_id: parentId }),
  });
  const newestFirst = comments.toSorted((a, b) => b.at.localeCompare(a.at));
  return newestFirst
    .filter(({ parentId }) => !parentId)
    .map((comment) => ({
      ...shape(comment),
      replies: { data: newestFirst.filter(({ parentId }) => parentId === comment.id).map(shape) },
    }));
}

function conversationsOf({ messages = [] }: StubAccount): unknown[] {
  const newestFirst = messages.toSorted((a, b) => b.at.localeCompare(a.at));
  if (newestFirst.length === 0) return [];
  const data = newestFirst.map(({ id, text, at, from }) => ({
    id,
    message: text,
    created_time: at.replace(/\.\d+Z$/, '+0000'),
    from,
  }));
  return [{ id: 'conversation', updated_time: data[0]?.created_time, messages: { data } }];
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}

function answer(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(body));
}

async function readText(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of request.setEncoding('utf8')) text += part;
  return text;
}
