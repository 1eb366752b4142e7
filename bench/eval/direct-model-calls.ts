import { readAiChoices } from '../../server/ai/ai-settings.ts';
import type { Connections } from '../../server/ai/connections.ts';
import { connectionsOf } from '../../server/ai/connections.ts';
import { createChatClients } from '../../server/ai/model-calls/chat-clients.ts';
import { askForJson, askForText, messagesOf } from '../../server/ai/model-calls/forms.ts';
import type { ModelCalls } from '../../server/ai/model-calls.ts';
import type { AiEnvironment } from '../../server/ai/providers.ts';
import { routeCall } from '../../server/ai/router.ts';

/** What a workspace that never said anything has stored. */
export const noRows = { query: async () => ({ rows: [] }) } as unknown as Parameters<typeof readAiChoices>[0];

/** How providers are reached with the keys and addresses of the environment. */
export const connectionsOfEnvironment = (config: AiEnvironment, workspaceId: string): Promise<Connections> =>
  connectionsOf({ pool: noRows, config, encryptionKey: '' }, workspaceId);

/**
 * Calls of models with the keys of the environment and without a database: nothing is counted, limited or repeated. For
 * measuring only.
 */
export function createDirectModelCalls(config: AiEnvironment): ModelCalls {
  const clientFor = createChatClients(fetch);

  async function route(call: Parameters<ModelCalls['plan']>[0]) {
    const { workspaceId } = call.caller;
    const connections = await connectionsOfEnvironment(config, workspaceId);
    return routeCall(call, await readAiChoices(noRows, workspaceId), connections);
  }

  return {
    plan: async (call) => ((await route(call)) === 'builtin' ? 'builtin' : 'model'),
    complete: async (call) => {
      const routed = await route(call);
      if (routed === 'builtin') throw new Error('The built-in provider is no model.');
      const [candidate] = routed;
      const client = await clientFor(candidate);
      const messages = messagesOf(call.prompt);
      const { message, json } = call.schema
        ? await askForJson(client, messages, call.signal, call.schema)
        : await askForText(client, messages, call.signal);
      return { text: message.text, ...(json !== undefined && { json }), usage: { model: candidate.name } };
    },
    chatModel: () => Promise.reject(new Error('Agents are not measured.')),
  };
}
