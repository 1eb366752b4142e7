import { writeAudit } from '../auth/audit.ts';
import type { ServerContext } from '../context.ts';
import type { Retention } from '../contract/shapes.ts';
import { retentionPreviewSchema, retentionSchema, retentionSettingsSchema } from '../contract/shapes.ts';
import type { RouteSpec } from '../http/route.ts';
import { route } from '../http/route.ts';
import { previewRetention, storedSizes } from './preview.ts';
import { readRetention, writeRetention } from './retention-settings.ts';

/** How long things are kept. */
export function retentionRoutes(context: ServerContext): RouteSpec[] {
  const { pool } = context;

  async function show(workspaceId: string): Promise<Retention> {
    const { settings, lastRun } = await readRetention(pool, workspaceId);
    const [preview, stored] = await Promise.all([
      previewRetention(pool, workspaceId, settings),
      storedSizes(pool),
    ]);
    return { settings, preview, stored, lastRun };
  }

  return [
    route({
      method: 'get',
      path: '/api/v1/settings/retention',
      summary: 'How long things are kept',
      description: 'With what the next run removes, how much is stored, and what the last run removed.',
      tag: 'Settings',
      access: 'admin',
      answer: retentionSchema,
      handler: ({ principal }) => show(principal.workspaceId),
    }),
    route({
      method: 'put',
      path: '/api/v1/settings/retention',
      summary: 'Set how long things are kept',
      description:
        'Days from 3 to 3,650, null for ever. What is older is removed in the background, every hour, for good.',
      tag: 'Settings',
      access: 'admin',
      body: retentionSettingsSchema,
      answer: retentionSchema,
      handler: async ({ principal, body }) => {
        const { workspaceId } = principal;
        await writeRetention(pool, workspaceId, body);
        await writeAudit(context.db, principal, { action: 'settings.retention_changed', data: body });
        return show(workspaceId);
      },
    }),
    route({
      method: 'post',
      path: '/api/v1/settings/retention/preview',
      summary: 'What would be removed',
      description:
        'If things were kept so long. Removes and changes nothing; each kind is counted up to 10,000.',
      tag: 'Settings',
      access: 'admin',
      body: retentionSettingsSchema,
      answer: retentionPreviewSchema,
      handler: ({ principal, body }) => previewRetention(pool, principal.workspaceId, body),
    }),
  ];
}
