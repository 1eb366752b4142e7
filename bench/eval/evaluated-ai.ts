import type { AiService } from '../../engine/services.ts';
import { createAiService } from '../../server/ai/ai-service.ts';
import { createOpenAiModeration } from '../../server/ai/openai-moderation.ts';
import type { AiEnvironment } from '../../server/ai/providers.ts';
import { PROVIDER_NAMES, PROVIDERS } from '../../server/ai/providers.ts';
import { DEFAULT_GUARDRAILS } from '../../server/contract/ai-guardrails.ts';
import { connectionsOfEnvironment, createDirectModelCalls, noRows } from './direct-model-calls.ts';

const WORKSPACE = 'evaluation';

/**
 * The AI of the nodes as a workspace has it whose keys are those of the environment. With the built-in model nobody outside
 * is asked; else moderation asks OpenAI where there is a key, as in the product.
 */
export function openEvaluatedAi(
  config: AiEnvironment,
  model: string,
): { ai: AiService; close(): Promise<void> } {
  const moderation =
    model === 'builtin' ? null : createOpenAiModeration({ pool: noRows, config, encryptionKey: '' });
  const services = createAiService({
    calls: createDirectModelCalls(config),
    guardrailsOf: async () => DEFAULT_GUARDRAILS,
    ...(moderation && { moderation }),
  });
  return {
    ai: services.of({ workspaceId: WORKSPACE, executionId: null }),
    close: async () => moderation?.close(),
  };
}

/** @throws NodeError `model_key_missing`, `unknown_model` before anything is measured */
export async function checkModel(config: AiEnvironment, model: string): Promise<void> {
  const caller = { workspaceId: WORKSPACE, executionId: null, nodeId: null };
  await createDirectModelCalls(config).plan({ caller, task: 'classify', model });
}

/** The providers that have a key or an address in the environment and a usual model. */
export async function configuredProviders(config: AiEnvironment): Promise<string[]> {
  const connections = await connectionsOfEnvironment(config, WORKSPACE);
  return PROVIDER_NAMES.filter((name) => connections.has(name) && PROVIDERS[name].light !== null);
}
