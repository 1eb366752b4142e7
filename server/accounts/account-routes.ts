import { writeAudit } from '../auth/audit.ts';
import type { ServerContext } from '../context.ts';
import { accountDetailSchema } from '../contract/accounts.ts';
import { accountRequestSchema, accountSchema, pageOf, pageQuerySchema } from '../contract/shapes.ts';
import { idParamsSchema } from '../http/id-params.ts';
import { readCursor } from '../http/page-cursor.ts';
import { conflict } from '../http/problem.ts';
import type { RouteSpec } from '../http/route.ts';
import { route } from '../http/route.ts';
import type { AccountAccess } from './account-access.ts';
import { deleteAccount, getAccount, getAccountDetail, listAccounts } from './account-store.ts';
import { connectByToken } from './connect-by-token.ts';

/** Connected Instagram accounts. Tokens go in and never come out. */
export function accountRoutes(context: ServerContext, access: AccountAccess): RouteSpec[] {
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
      summary: 'Connect an account by its access token',
      description:
        'Instagram is asked whose token it is before anything is stored: 422 when it is not this account’s. The token is stored encrypted and is in no answer. 409 when the account is connected already; one that has to sign in again takes the new token.',
      tag: 'Accounts',
      access: 'admin',
      body: accountRequestSchema,
      answer: accountSchema,
      status: 201,
      handler: async ({ principal, body }) => {
        const id = await connectByToken(context, access, principal, body);
        return getAccount(pool, principal.workspaceId, id);
      },
    }),
    route({
      method: 'get',
      path: '/api/v1/accounts/:id',
      summary: 'One account, with everything but its token',
      tag: 'Accounts',
      access: 'viewer',
      params: idParamsSchema,
      answer: accountDetailSchema,
      handler: ({ principal, params }) => getAccountDetail(pool, principal.workspaceId, params.id),
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
