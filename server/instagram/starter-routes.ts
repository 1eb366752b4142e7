import { NodeError } from '../../engine/errors.ts';
import type { InstagramService } from '../../engine/services.ts';
import {
  conversationStartersRequestSchema,
  conversationStartersSchema,
} from '../contract/conversation-starters.ts';
import { idParamsSchema } from '../http/id-params.ts';
import { HttpProblem, notFound } from '../http/problem.ts';
import type { RouteSpec } from '../http/route.ts';
import { route } from '../http/route.ts';

const PATH = '/api/v1/accounts/:id/conversation-starters';
/** The platform answers in a second or not at all. */
const TIMEOUT_MS = 20_000;

type Starters = Pick<InstagramService, 'readStarters' | 'writeStarters'>;

/** Ice breakers and menu of an account, as Instagram has them: they are kept there, not here. */
export function starterRoutes(instagramOf: (workspaceId: string) => Starters): RouteSpec[] {
  return [
    route({
      method: 'get',
      path: PATH,
      summary: 'Ice breakers and menu of an account',
      tag: 'Accounts',
      access: 'viewer',
      params: idParamsSchema,
      answer: conversationStartersSchema,
      handler: ({ principal, params }) => {
        const instagram = instagramOf(principal.workspaceId);
        return asked(instagram.readStarters({ account: params.id }, AbortSignal.timeout(TIMEOUT_MS)));
      },
    }),
    route({
      method: 'put',
      path: PATH,
      summary: 'Set ice breakers and menu of an account',
      description: 'What is left out stays as it is; an empty list removes. A tap comes back as a postback.',
      tag: 'Accounts',
      access: 'admin',
      params: idParamsSchema,
      body: conversationStartersRequestSchema,
      answer: conversationStartersSchema,
      handler: async ({ principal, params, body }) => {
        const instagram = instagramOf(principal.workspaceId);
        const { iceBreakers, menu } = body;
        const change = { ...(iceBreakers && { iceBreakers }), ...(menu && { menu }) };
        const signal = AbortSignal.timeout(TIMEOUT_MS);
        await asked(instagram.writeStarters({ account: params.id, ...change }, signal));
        return asked(instagram.readStarters({ account: params.id }, signal));
      },
    }),
  ];
}

/** What the platform refused, as an answer of ours. */
async function asked<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof NodeError)) throw error;
    if (error.code === 'account_unknown') throw notFound('account');
    throw new HttpProblem(
      error.retryable ? 503 : 422,
      error.code.replaceAll('_', '-'),
      'Not done',
      error.message,
    );
  }
}
