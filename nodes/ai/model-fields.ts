import { z } from 'zod';
import type { AiRequest } from '../../engine/services.ts';
import { modelField } from '../config-fields.ts';

/** Which model a step asks, where it is not the one that the workspace uses for such tasks. */
export const modelFields = {
  model: modelField(),
  fallbackModel: z.string().max(100).optional().meta({
    title: 'Model when that one fails',
    description: 'Leave empty to use the one chosen in Settings.',
    placeholder: 'anthropic:claude-haiku-4-5',
    widget: 'model',
    advanced: true,
    template: false,
  }),
  maxTokens: z.number().int().min(16).max(32_000).optional().meta({
    title: 'Longest answer of the model (tokens)',
    description: 'Leave empty for the limit of such tasks in Settings. Thinking counts too.',
    advanced: true,
  }),
};

type ModelChoice = {
  model?: string | undefined;
  fallbackModel?: string | undefined;
  maxTokens?: number | undefined;
};

/** What every request to the AI carries: the step that asks and the model that it wants. */
export function requestOf({ nodeId, config }: { nodeId: string; config: ModelChoice }): AiRequest {
  const { model, fallbackModel, maxTokens } = config;
  return {
    nodeId,
    ...(model && { model }),
    ...(fallbackModel && { fallbackModel }),
    ...(maxTokens && { maxTokens }),
  };
}
