import { writeAudit } from '../auth/audit.ts';
import type { ServerContext } from '../context.ts';
import { messageRequestSchema, messageSchema } from '../contract/conversations.ts';
import { idParamsSchema } from '../http/id-params.ts';
import type { RouteSpec } from '../http/route.ts';
import { route } from '../http/route.ts';
import type { TeamMessageDeps } from './send-team-message.ts';
import { sendTeamMessage } from './send-team-message.ts';

/** What a person of the team writes in a conversation. */
export function teamMessageRoutes(
  context: Pick<ServerContext, 'pool' | 'db'>,
  instagramOf: TeamMessageDeps['instagramOf'],
): RouteSpec[] {
  return [
    route({
      method: 'post',
      path: '/api/v1/conversations/:id/messages',
      summary: 'Write to a person',
      description:
        'Within 24 hours of their last message, and as a person (`HUMAN_AGENT`) within 7 days. Asked for again with the same `idempotencyKey`, it is sent once. `status: pending`: ask again to learn whether it was sent. 422 where the rules do not allow it.',
      tag: 'Conversations',
      access: 'editor',
      params: idParamsSchema,
      body: messageRequestSchema,
      answer: messageSchema,
      handler: async ({ principal, params, body }) => {
        const { message, isSentNow } = await sendTeamMessage(
          { pool: context.pool, instagramOf },
          { workspaceId: principal.workspaceId, conversationId: params.id, ...body },
        );
        if (isSentNow) {
          await writeAudit(context.db, principal, {
            action: 'message.sent',
            targetType: 'conversation',
            targetId: params.id,
            data: { messageId: message.id },
          });
        }
        return message;
      },
    }),
  ];
}
