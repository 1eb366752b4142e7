import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAccountAccess } from '../../accounts/account-access.ts';
import type { AppExtras } from '../../app.ts';
import { apiRoutes, createApp } from '../../app.ts';
import { createApiKey } from '../../auth/api-keys.ts';
import { createAuthentication } from '../../auth/authentication.ts';
import { readConfig } from '../../config.ts';
import type { Executions, ServerContext } from '../../context.ts';
import type { LiveEvent } from '../../contract/live.ts';
import { newId } from '../../database/id.ts';
import { loginSettings } from '../../instagram-login/login-settings.ts';
import { createLog } from '../../log.ts';
import { mirrorCatalogue } from '../../node-types/mirror.ts';
import { createTestDatabase } from '../../testing/database.ts';
import type { RouteSpec } from '../route.ts';
import { createTestCatalogue } from './catalogue.ts';

/** An answer of the API, with its body parsed where it is JSON. */
export type Answer = {
  status: number;
  headers: Headers;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape.
  body: any;
};

type CallOptions = { key?: string; cookie?: string; body?: unknown; headers?: Record<string, string> };

/** The real app on a free port with a real database; executions and live events are recorded, not run. */
export type ApiServer = Awaited<ReturnType<typeof startApi>>;

/** Starts the app. Call `close` in `afterAll`. */
export async function startApi(
  options: {
    extras?: Partial<AppExtras>;
    /** Routes that need what the server is made of. */
    routesOf?: (context: ServerContext) => Promise<RouteSpec[]>;
    executions?: Partial<Executions>;
    publicUrl?: string;
    /** Variables of the configuration, e.g. `INSTAGRAM_GRAPH_URL`. */
    environment?: Record<string, string>;
  } = {},
) {
  const database = await createTestDatabase();
  const calls: { name: keyof Executions; argument: unknown }[] = [];
  const published: { workspaceId: string; event: Omit<LiveEvent, 'topic'> }[] = [];
  let publicUrl = 'http://127.0.0.1:1';
  const context: ServerContext = {
    config: readConfig(options.environment ?? {}),
    secrets: {
      appSecret: 'an app secret of the tests, long enough',
      encryptionKey: 'an encryption key of the tests',
      verifyToken: 'verify-me',
      webhookSecrets: ['webhook-secret'],
      sandboxAppSecret: 'webhook-secret',
    },
    log: createLog('silent'),
    db: database.db,
    pool: database.pool,
    catalogue: createTestCatalogue(),
    executions: { ...recordExecutions(calls), ...options.executions },
    live: {
      publish: (workspaceId, events) => published.push(...events.map((event) => ({ workspaceId, event }))),
    },
    publicUrl: () => publicUrl,
  };
  const accountAccess = createAccountAccess({
    pool: database.pool,
    encryptionKey: context.secrets.encryptionKey,
    settings: loginSettings(context.config),
    rateLimits: context.config.INSTAGRAM_RATE_LIMITS,
  });
  const extras: AppExtras = {
    accountAccess,
    authentication: createAuthentication(context),
    routes: (await options.routesOf?.(context)) ?? [],
    rawRouters: [],
    templates: [],
    readiness: {},
    editorDir: null,
    checkAnswers: true,
    ...options.extras,
  };
  await mirrorCatalogue(database.pool, context.catalogue);
  const server = createServer(createApp(context, extras));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  publicUrl = options.publicUrl ?? url;

  async function call(
    method: string,
    path: string,
    { key, cookie, body, headers }: CallOptions = {},
  ): Promise<Answer> {
    const response = await fetch(url + path, {
      method,
      redirect: 'manual',
      headers: {
        ...(key && { authorization: `Bearer ${key}` }),
        ...(cookie && { cookie }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: isJson ? JSON.parse(text) : text,
    };
  }

  async function createWorkspace(): Promise<{ id: string; admin: string; editor: string; viewer: string }> {
    const id = newId();
    await database.pool.query('insert into workspaces (id, name) values ($1, $2)', [id, 'A workspace']);
    const create = async (role: 'admin' | 'editor' | 'viewer') =>
      (await createApiKey(database.pool, { workspaceId: id, name: role, role, createdBy: undefined })).key;
    return {
      id,
      admin: await create('admin'),
      editor: await create('editor'),
      viewer: await create('viewer'),
    };
  }

  return {
    url,
    context,
    pool: database.pool,
    /** What was asked of the executions. */
    calls,
    /** What watchers were told. */
    published,
    routes: (): RouteSpec[] => apiRoutes(context, extras),
    call,
    /** A workspace with an API key for each role. */
    createWorkspace,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await accountAccess.close();
      await database.close();
    },
  };
}

/** The cookie to send back, from the `Set-Cookie` of an answer. */
export function cookieOf(answer: Answer): string {
  return answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0] ?? '')
    .join('; ');
}

function recordExecutions(calls: { name: keyof Executions; argument: unknown }[]): Executions {
  const executionId = newId();
  return {
    startTest: async (argument) => {
      calls.push({ name: 'startTest', argument });
      return { executionId };
    },
    cancel: async (...argument) => void calls.push({ name: 'cancel', argument }),
    retry: async (...argument) => void calls.push({ name: 'retry', argument }),
    settleEffect: async (...argument) => void calls.push({ name: 'settleEffect', argument }),
    replay: async (...argument) => {
      calls.push({ name: 'replay', argument });
      return { executionId };
    },
    decideApproval: async (argument) => void calls.push({ name: 'decideApproval', argument }),
    flowChanged: (argument) => void calls.push({ name: 'flowChanged', argument }),
    flowResumed: (argument) => void calls.push({ name: 'flowResumed', argument }),
  };
}
