import type { z } from 'zod';
import { NodeError } from '../../engine/errors.ts';
import type { ServerContext } from '../context.ts';
import type { accountRequestSchema } from '../contract/shapes.ts';
import { conflict, HttpProblem } from '../http/problem.ts';
import type { Principal } from '../http/route.ts';
import type { Profile } from '../instagram-login/account-client.ts';
import type { AccountAccess } from './account-access.ts';
import { connectAccount } from './connect-account.ts';

type Request = z.output<typeof accountRequestSchema>;

/**
 * Connects an account by a token of the Instagram login that somebody typed in, once Instagram says whose it is.
 * @returns the account's id
 * @throws HttpProblem 409 when it is connected already, 422 for a token that is no good, 502 when Instagram does not answer
 */
export async function connectByToken(
  context: ServerContext,
  access: AccountAccess,
  principal: Principal,
  request: Request,
): Promise<string> {
  await refuseConnected(context, principal.workspaceId, request.externalId);
  const profile = await askWhose(access, request);
  const stored = await connectAccount(context, access, principal, {
    login: 'manual',
    profile,
    pageId: null,
    permissions: [],
    accessToken: request.accessToken,
    expiresInSeconds: null,
    graphUrl: null,
  });
  if (stored) return stored.id;
  throw takenElsewhere();
}

/** A working account is not written over by a slip of the hand; one that lost its login takes a new token. */
async function refuseConnected(
  { pool }: ServerContext,
  workspaceId: string,
  externalId: string,
): Promise<void> {
  const { rows } = await pool.query<{ isOurs: boolean; status: string }>(
    `select workspace_id = $1 as "isOurs", status from accounts
     where platform = 'instagram' and external_id = $2`,
    [workspaceId, externalId],
  );
  const [row] = rows;
  if (row && !row.isOurs) throw takenElsewhere();
  if (row?.status === 'connected') {
    throw conflict('account-exists', 'This Instagram account is connected already.');
  }
}

const takenElsewhere = () =>
  conflict(
    'account-taken',
    'This Instagram account is connected in another workspace of this installation. Disconnect it there first.',
  );

async function askWhose(access: AccountAccess, { externalId, accessToken }: Request): Promise<Profile> {
  const graphUrl = access.settings.urls.instagramGraph;
  const profile = await access.client.profile({ graphUrl, pageId: null, accessToken }).catch(refuse);
  if (profile.externalId === externalId) return profile;
  throw badToken(
    'externalId',
    `This token belongs to @${profile.username}, whose account id is ${profile.externalId}.`,
  );
}

function refuse(error: unknown): never {
  if (!(error instanceof NodeError)) throw error;
  if (error.code === 'not_professional') throw badToken('accessToken', error.message);
  if (error.retryable) {
    throw new HttpProblem(
      502,
      'instagram-unreachable',
      'Instagram does not answer',
      `The token could not be checked, so nothing was stored. ${error.message}`,
    );
  }
  const advice = 'Make a new token in Meta’s app dashboard and copy all of it.';
  throw badToken('accessToken', `Instagram does not accept this token. ${advice}`);
}

const badToken = (path: string, message: string) =>
  new HttpProblem(422, 'bad-token', 'The token is not usable', message, { errors: [{ path, message }] });
