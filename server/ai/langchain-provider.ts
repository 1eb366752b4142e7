import type { BaseChatModel } from '@langchain/core/language_models/chat_models';
import type { AIMessageChunk } from '@langchain/core/messages';
import { AIMessage, HumanMessage, SystemMessage } from '@langchain/core/messages';
import { z } from 'zod';
import { NodeError } from '../../engine/errors.ts';
import type { StepUsage } from '../../engine/node-type.ts';
import type { ClassifyRequest, ClassifyResult, ReplyRequest, ReplyResult } from '../../engine/services.ts';
import { fitToBytes } from './fit-to-bytes.ts';
import type { ModelChoice } from './model-choice.ts';
import type { Prompt } from './prompts.ts';
import { classifyPrompt, replyPrompt } from './prompts.ts';
import type { AiProvider } from './provider.ts';
import { toNodeError } from './provider-errors.ts';
import { takeSourceLine, withoutSourceLine } from './source-line.ts';

export type RemoteChoice = Exclude<ModelChoice, { provider: 'builtin' }>;
export type Timeouts = { classifyMs: number; replyMs: number };

export const TIMEOUTS: Timeouts = { classifyMs: 30_000, replyMs: 90_000 };
/** Thinking counts too, so that it is far more than an Instagram message needs. */
const MOST_OUTPUT_TOKENS = 4_096;
/** Asked once more when the answer is not of the form that was asked for. */
const CLASSIFY_ATTEMPTS = 2;
const OTHER = 'other';

/**
 * A model behind LangChain. This module is loaded on first use only: LangChain takes most of a second to load.
 * Retries are the engine's; here every call is tried once.
 */
export async function createLangChainProvider(
  choice: RemoteChoice,
  timeouts = TIMEOUTS,
): Promise<AiProvider> {
  const model = await createChatModel(choice);
  return {
    classify: (request, signal) =>
      limited(choice.name, timeouts.classifyMs, signal, (limit) =>
        classify(model, choice.name, request, limit),
      ),
    reply: (request, signal, onToken) =>
      limited(choice.name, timeouts.replyMs, signal, (limit) =>
        reply(model, choice.name, request, limit, onToken),
      ),
  };
}

async function createChatModel({ provider, model, apiKey, baseUrl }: RemoteChoice): Promise<BaseChatModel> {
  const common = { model, apiKey, maxRetries: 0, maxTokens: MOST_OUTPUT_TOKENS };
  if (provider === 'anthropic') {
    const { ChatAnthropic } = await import('@langchain/anthropic');
    return new ChatAnthropic({ ...common, ...(baseUrl && { anthropicApiUrl: baseUrl }) });
  }
  const { ChatOpenAI } = await import('@langchain/openai');
  return new ChatOpenAI({ ...common, ...(baseUrl && { configuration: { baseURL: baseUrl } }) });
}

/** Runs a call under the caller's signal and a time limit, and turns what it throws into a NodeError. */
async function limited<T>(
  name: string,
  timeoutMs: number,
  signal: AbortSignal,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    return await call(AbortSignal.any([signal, timeout]));
  } catch (error) {
    signal.throwIfAborted();
    if (timeout.aborted) {
      throw new NodeError('model_timeout', `${name} did not answer within ${timeoutMs / 1_000} s.`, {
        retryable: true,
      });
    }
    throw toNodeError(error, name);
  }
}

async function classify(
  model: BaseChatModel,
  name: string,
  request: ClassifyRequest,
  signal: AbortSignal,
): Promise<ClassifyResult> {
  const names = [...new Set([...request.labels.map((label) => label.name), OTHER])];
  const schema = z.object({ label: z.enum(names), confidence: z.number() });
  const structured = model.withStructuredOutput(z.toJSONSchema(schema), {
    name: 'sort',
    method: 'functionCalling',
    includeRaw: true,
  });
  let usage: StepUsage = { model: name };
  for (let attempt = 1; attempt <= CLASSIFY_ATTEMPTS; attempt++) {
    const { raw, parsed } = await structured.invoke(toMessages(classifyPrompt(request)), { signal });
    usage = addUsage(usage, raw);
    const verdict = schema.safeParse(parsed ?? jsonIn(raw.text));
    if (verdict.success) return toResult(verdict.data, names, usage);
  }
  throw new NodeError(
    'model_answer_unusable',
    `${name} did not answer with one of the labels, ${CLASSIFY_ATTEMPTS} times in a row. Choose a more capable model.`,
    { retryable: true },
  );
}

function toResult(
  verdict: { label: string; confidence: number },
  names: string[],
  usage: StepUsage,
): ClassifyResult {
  const confidence = Math.min(1, Math.max(0, verdict.confidence));
  const rest = (1 - confidence) / Math.max(1, names.length - 1);
  const scores = Object.fromEntries(names.map((each) => [each, each === verdict.label ? confidence : rest]));
  return { label: verdict.label, confidence, scores, usage };
}

async function reply(
  model: BaseChatModel,
  name: string,
  request: ReplyRequest,
  signal: AbortSignal,
  onToken?: (text: string) => void,
): Promise<ReplyResult> {
  const stream = await model.stream(toMessages(replyPrompt(request)), { signal });
  const shown = withoutSourceLine((text) => onToken?.(text));
  let whole: AIMessageChunk | undefined;
  for await (const chunk of stream) {
    whole = whole === undefined ? chunk : whole.concat(chunk);
    if (chunk.text !== '') shown.push(chunk.text);
  }
  shown.end();
  const usage = addUsage({ model: name }, whole);
  const { text, sources } = takeSourceLine(whole?.text ?? '', request.passages);
  const fitted = fitToBytes(text, request.maxBytes);
  if (fitted === '') {
    throw new NodeError('model_answer_unusable', `${name} answered without a text.`, { retryable: true });
  }
  return { text: fitted, grounded: sources.length > 0, sources, usage };
}

const toMessages = ({ system, user }: Prompt) => [new SystemMessage(system), new HumanMessage(user)];

function addUsage(usage: StepUsage, message: unknown): StepUsage {
  const tokens = AIMessage.isInstance(message) ? message.usage_metadata : undefined;
  if (!tokens) return usage;
  return {
    ...usage,
    inputTokens: (usage.inputTokens ?? 0) + tokens.input_tokens,
    outputTokens: (usage.outputTokens ?? 0) + tokens.output_tokens,
  };
}

/** Some servers answer with the JSON as text instead of a tool call. */
function jsonIn(text: string): unknown {
  const found = /\{[^{}]*\}/.exec(text);
  try {
    return found ? JSON.parse(found[0]) : null;
  } catch {
    return null;
  }
}
