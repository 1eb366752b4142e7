import type { BaseChatModel } from '@langchain/core/language_models/chat_models';
import type { StepUsage } from '../../engine/node-type.ts';
import type { Prompt } from './prompts.ts';

/** What a call is for; decides on model, length and fallback (router.ts). */
export type AiTask = 'classify' | 'short_reply' | 'caption' | 'plan' | 'report' | 'client_comms' | 'crisis';

/** For whom a model is called: everything is counted and limited by workspace. */
export type AiCaller = { workspaceId: string; executionId: string | null; nodeId: string | null };

export type ModelCall = {
  caller: AiCaller;
  task: AiTask;
  /** `provider:model`, a provider, `builtin`, or empty for what the workspace's router says. */
  model?: string | undefined;
  /** Asked when the model fails, instead of the task's. */
  fallback?: string | undefined;
  /** Most tokens of the answer, instead of the task's. */
  maxTokens?: number | undefined;
  prompt: Prompt;
  /** JSON schema of the answer; without it the answer is text. */
  schema?: { name: string; json: Record<string, unknown> } | undefined;
  signal: AbortSignal;
  /** Called with parts of a text answer as they come. */
  onToken?: ((text: string) => void) | undefined;
};

export type ModelAnswer = {
  text: string;
  /** Parsed, not yet checked; undefined where no schema was asked for or the model kept to none. */
  json?: unknown;
  /** With cost. */
  usage: StepUsage;
};

/**
 * Calls of models for workspaces: routed by task, within the budget, with time limit, retries, circuit breaker and fallback,
 * counted in `ai_requests`. The built-in provider is no model: who asks first looks at `plan`.
 */
export type ModelCalls = {
  /**
   * Who is to answer. `builtin` where the workspace has no key, where it was asked for, or where the budget is used up and
   * the workspace wants the built-in provider then.
   * @throws NodeError `model_key_missing`, `unknown_model`; `budget_used_up` where the workspace wants to stop or to hold
   */
  plan(
    call: Pick<ModelCall, 'caller' | 'task' | 'model' | 'fallback' | 'maxTokens'>,
  ): Promise<'builtin' | 'model'>;
  /**
   * @throws NodeError `model_timeout`, `model_unavailable`, `model_refused` … (provider-errors.ts); `model_paused`;
   *   `budget_held` (throttled: comes back later); `budget_used_up`, whose `details.whenUsedUp` says what the workspace wants:
   *   with `builtin` the built-in provider is to answer, although `plan` still saw room
   */
  complete(call: ModelCall): Promise<ModelAnswer>;
  /**
   * A chat model for LangChain's `createAgent`, whose every call goes the same way. `spent` adds up what they used.
   */
  chatModel(
    call: Pick<ModelCall, 'caller' | 'task' | 'model' | 'fallback' | 'maxTokens' | 'signal'>,
  ): Promise<{ model: BaseChatModel; spent: () => StepUsage }>;
};
