import { createHash } from 'node:crypto';
import { z } from 'zod';
import { NodeError } from '../../engine/errors.ts';
import { writeAudit } from '../auth/audit.ts';
import type { ServerContext } from '../context.ts';
import type { AiModels } from '../contract/ai.ts';
import {
  aiConnectionRequestSchema,
  aiConnectionSchema,
  aiConnectionsSchema,
  aiModelsQuerySchema,
  aiModelsSchema,
  aiProviderSchema,
  aiSettingsSchema,
  aiSettingsUpdateSchema,
  aiTestRequestSchema,
  aiTestSchema,
  aiUsageQuerySchema,
  aiUsageSchema,
} from '../contract/ai.ts';
import { ExpiringCache } from '../expiring-cache.ts';
import { HttpProblem, notFound } from '../http/problem.ts';
import type { RouteSpec } from '../http/route.ts';
import { route } from '../http/route.ts';
import { readAiChoices, writeAiChoices } from './ai-settings.ts';
import { createCheckedFetch } from './checked-fetch.ts';
import { connectionsOf, listConnections, removeConnection, saveConnection } from './connections.ts';
import { listModels } from './list-models.ts';
import { createChatClients } from './model-calls/chat-clients.ts';
import { createRequestLog } from './model-calls/request-log.ts';
import { PROVIDERS } from './providers.ts';
import { usualProvider } from './router.ts';
import { settingsView } from './settings-view.ts';
import { tryConnection } from './try-connection.ts';
import { readUsage } from './usage.ts';

const providerParams = z.object({ provider: aiProviderSchema });

/** Lists of models that are remembered, and for how long. */
const LISTS_KEPT = 200;
const LIST_KEPT_MS = 5 * 60_000;

/** Models, keys, budget and prices of a workspace, and what was used. */
export function aiRoutes(context: ServerContext): RouteSpec[] {
  const { pool, config, log, secrets } = context;
  const deps = { pool, config, encryptionKey: secrets.encryptionKey };
  const { fetch: checkedFetch } = createCheckedFetch();
  const clientFor = createChatClients(checkedFetch);
  const requests = createRequestLog({ pool, log, onWarning: async () => {} });
  const lists = new ExpiringCache<AiModels>(LISTS_KEPT, LIST_KEPT_MS);

  const readBoth = (workspaceId: string) =>
    Promise.all([readAiChoices(pool, workspaceId), connectionsOf(deps, workspaceId)]);
  async function settings(workspaceId: string) {
    return settingsView(...(await readBoth(workspaceId)));
  }
  async function connection(workspaceId: string, provider: z.output<typeof aiProviderSchema>) {
    const found = (await listConnections(deps, workspaceId)).find((each) => each.provider === provider);
    if (!found) throw notFound('provider');
    return found;
  }

  return [
    route({
      method: 'get',
      path: '/api/v1/ai/settings',
      summary: 'Models by task, budget and prices',
      tag: 'AI',
      access: 'viewer',
      answer: aiSettingsSchema,
      handler: ({ principal }) => settings(principal.workspaceId),
    }),
    route({
      method: 'put',
      path: '/api/v1/ai/settings',
      summary: 'Change models by task, budget or prices',
      description: 'Each part that is named is replaced as a whole; the others stay.',
      tag: 'AI',
      access: 'admin',
      body: aiSettingsUpdateSchema,
      answer: aiSettingsSchema,
      handler: async ({ principal, body }) => {
        await writeAiChoices(pool, principal.workspaceId, body);
        await writeAudit(context.db, principal, { action: 'settings.ai_changed', data: body });
        return settings(principal.workspaceId);
      },
    }),
    route({
      method: 'get',
      path: '/api/v1/ai/connections',
      summary: 'Which providers can be used',
      tag: 'AI',
      access: 'viewer',
      answer: aiConnectionsSchema,
      handler: async ({ principal }) => ({ items: await listConnections(deps, principal.workspaceId) }),
    }),
    route({
      method: 'get',
      path: '/api/v1/ai/connections/:provider',
      summary: 'Whether and how a provider can be used',
      tag: 'AI',
      access: 'viewer',
      params: providerParams,
      answer: aiConnectionSchema,
      handler: ({ principal, params }) => connection(principal.workspaceId, params.provider),
    }),
    route({
      method: 'put',
      path: '/api/v1/ai/connections/:provider',
      summary: 'Store a key or an address',
      description:
        'The key is stored encrypted and never comes out. With another address the key has to be given again.',
      tag: 'AI',
      access: 'admin',
      params: providerParams,
      body: aiConnectionRequestSchema,
      answer: aiConnectionSchema,
      handler: async ({ principal, params: { provider }, body }) => {
        await saveConnection(deps, principal.workspaceId, provider, body);
        const data = { hasNewKey: body.apiKey !== undefined, baseUrl: body.baseUrl };
        await writeAudit(context.db, principal, {
          action: 'ai_connection.saved',
          targetType: 'ai_provider',
          targetId: provider,
          data,
        });
        return connection(principal.workspaceId, provider);
      },
    }),
    route({
      method: 'delete',
      path: '/api/v1/ai/connections/:provider',
      summary: 'Remove the key and address of a provider',
      description: 'The key of the environment, where there is one, is used again.',
      tag: 'AI',
      access: 'admin',
      params: providerParams,
      status: 204,
      handler: async ({ principal, params: { provider } }) => {
        if (!(await removeConnection(pool, principal.workspaceId, provider))) throw notFound('connection');
        await writeAudit(context.db, principal, {
          action: 'ai_connection.removed',
          targetType: 'ai_provider',
          targetId: provider,
        });
      },
    }),
    route({
      method: 'post',
      path: '/api/v1/ai/connections/:provider/test',
      summary: 'Try a provider with a tiny call',
      description: 'Says what is wrong: the key, the model, the network, the quota. It costs a few tokens.',
      tag: 'AI',
      access: 'admin',
      params: providerParams,
      body: aiTestRequestSchema,
      answer: aiTestSchema,
      handler: async ({ principal, params: { provider }, body }) => {
        const { workspaceId } = principal;
        const model = body.model ? `${provider}:${body.model}` : provider;
        const [choices, connections] = await readBoth(workspaceId);
        return tryConnection({ clientFor, requests }, { workspaceId, model, choices, connections });
      },
    }),
    route({
      method: 'get',
      path: '/api/v1/ai/models',
      summary: 'Models that a provider offers',
      description:
        'Asked of the provider with the key in use, and remembered for five minutes. 409 without a key, 502 when the provider fails.',
      tag: 'AI',
      access: 'editor',
      query: aiModelsQuerySchema,
      answer: aiModelsSchema,
      handler: async ({ principal, query }) => {
        const [choices, connections] = await readBoth(principal.workspaceId);
        const provider = query.provider ?? usualProvider(choices, connections);
        if (provider === 'builtin') return { items: [], isCapped: false };
        const found = connections.get(provider);
        if (!found) {
          const detail = `There is no key of ${PROVIDERS[provider].label} yet.`;
          throw new HttpProblem(409, 'no-ai-key', 'Conflict', detail);
        }
        const key = createHash('sha256')
          .update(JSON.stringify([principal.workspaceId, provider, found.apiKey, found.baseUrl]))
          .digest('base64');
        const known = lists.get(key);
        if (known) return known;
        const models = await listModels(found, checkedFetch).catch((error: unknown) => {
          if (!(error instanceof NodeError)) throw error;
          throw new HttpProblem(502, 'ai-provider-failed', 'Bad gateway', error.message);
        });
        lists.set(key, models);
        return models;
      },
    }),
    route({
      method: 'get',
      path: '/api/v1/ai/usage',
      summary: 'Spending of today, and what models were used for',
      tag: 'AI',
      access: 'viewer',
      query: aiUsageQuerySchema,
      answer: aiUsageSchema,
      handler: ({ principal, query }) => readUsage(pool, principal.workspaceId, query.days),
    }),
  ];
}
