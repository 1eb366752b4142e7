import { writeAudit } from '../../auth/audit.ts';
import type { ServerContext } from '../../context.ts';
import { aiGuardrailsSchema } from '../../contract/ai-guardrails.ts';
import type { RouteSpec } from '../../http/route.ts';
import { route } from '../../http/route.ts';
import { readGuardrails, writeGuardrails } from './guardrails-store.ts';

/** What the AI of a workspace may write. */
export function guardrailRoutes({ pool, db }: Pick<ServerContext, 'pool' | 'db'>): RouteSpec[] {
  return [
    route({
      method: 'get',
      path: '/api/v1/ai/guardrails',
      summary: 'What the AI may write',
      tag: 'AI',
      access: 'viewer',
      answer: aiGuardrailsSchema,
      handler: ({ principal }) => readGuardrails(pool, principal.workspaceId),
    }),
    route({
      method: 'put',
      path: '/api/v1/ai/guardrails',
      summary: 'Set what the AI may write',
      description:
        'They hold for every text that the AI of the workspace writes, in all flows, a few seconds after they were set.',
      tag: 'AI',
      access: 'admin',
      body: aiGuardrailsSchema,
      answer: aiGuardrailsSchema,
      handler: async ({ principal, body }) => {
        await writeGuardrails(pool, principal.workspaceId, body);
        await writeAudit(db, principal, { action: 'ai.guardrails_changed', data: body });
        return body;
      },
    }),
  ];
}
