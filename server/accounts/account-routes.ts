import type { z } from 'zod';
import { writeAudit } from '../auth/audit.ts';
import type { ServerContext } from '../context.ts';
import { accountRequestSchema, accountSchema, pageOf, pageQuerySchema } from '../contract/shapes.ts';
import { newId } from '../database/id.ts';
import { idParamsSchema } from '../http/id-params.ts';
import { readCursor } from '../http/page-cursor.ts';
import { conflict } from '../http/problem.ts';
import type { Principal, RouteSpec } from '../http/route.ts';
import { route } from '../http/route.ts';
import { deleteAccount, getAccount, insertAccount, listAccounts } from './account-store.ts';
import { encryptToken } from './token-cipher.ts';

/** Connected Instagram accounts. Tokens go in and never come out. */
export function accountRoutes(context: ServerContext): RouteSpec[] {
  const { pool } = context;
  return [
    route({
      method: 'get',
      path: '/api/v1/accounts',
      summary: 'Connected accounts, newest first',
      tag: 'Accounts',
      access: 'viewer',
      query: pageQuerySchema,
      answer: pageOf(accountSchema),
      handler: ({ principal, query }) =>
        listAccounts(pool, {
          workspaceId: principal.workspaceId,
          limit: query.limit,
          after: readCursor(query.cursor),
        }),
    }),
    route({
      method: 'post',
      path: '/api/v1/accounts',
      summary: 'Connect an account',
      description:
        'The access token is stored encrypted and is in no answer. 409 when the account is connected already.',
      tag: 'Accounts',
      access: 'admin',
      body: accountRequestSchema,
      answer: accountSchema,
      status: 201,
      handler: async ({ principal, body }) => {
        const id = await connect(context, principal, body);
        return getAccount(pool, principal.workspaceId, id);
      },
    }),
    route({
      method: 'delete',
      path: '/api/v1/accounts/:id',
      summary: 'Disconnect an account',
      description: 'Removes it with its token, contacts and conversations. The sandbox account stays: 409.',
      tag: 'Accounts',
      access: 'admin',
      params: idParamsSchema,
      status: 204,
      handler: async ({ principal, params }) => {
        const account = await getAccount(pool, principal.workspaceId, params.id);
        if (account.isSandbox)
          throw conflict('sandbox-account', "The sandbox account can't be disconnected.");
        await deleteAccount(pool, principal.workspaceId, params.id);
        await writeAudit(context.db, principal, {
          action: 'account.removed',
          targetType: 'account',
          targetId: params.id,
          data: { externalId: account.externalId, username: account.username },
        });
      },
    }),
  ];
}

async function connect(
  context: ServerContext,
  principal: Principal,
  { accessToken, platform, externalId, username }: z.output<typeof accountRequestSchema>,
): Promise<string> {
  const id = newId();
  const isNew = await insertAccount(context.pool, {
    id,
    workspaceId: principal.workspaceId,
    platform,
    externalId,
    username,
    accessTokenEncrypted: encryptToken(context.secrets.encryptionKey, accessToken),
  });
  if (!isNew) throw conflict('account-exists', 'This Instagram account is connected already.');
  await writeAudit(context.db, principal, {
    action: 'account.added',
    targetType: 'account',
    targetId: id,
    data: { externalId, username },
  });
  return id;
}
