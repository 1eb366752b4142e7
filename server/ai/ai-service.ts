import { z } from 'zod';
import { NodeError } from '../../engine/errors.ts';
import type { AiRequest, AiService, ReplyRequest, WrittenText } from '../../engine/services.ts';
import type { AiGuardrails } from '../contract/ai-guardrails.ts';
import type { AnswerCache } from './answer-cache.ts';
import { answerKey } from './answer-cache.ts';
import type { Builtin } from './builtin/builtin-provider.ts';
import { BUILTIN, createBuiltinProvider } from './builtin/builtin-provider.ts';
import { injectionSigns } from './guardrails/injection-signs.ts';
import type { Intent, IntentMode } from './guardrails/intent-mode.ts';
import { intentMode } from './guardrails/intent-mode.ts';
import type { RawText } from './guardrails/write-guarded.ts';
import { NOTHING_WRITTEN, writeGuarded } from './guardrails/write-guarded.ts';
import type { AiTask, ModelCalls } from './model-calls.ts';
import { ownWords } from './own-words.ts';
import type { Asking } from './tasks/ask-model.ts';
import { classifyText } from './tasks/classify.ts';
import { extractFields } from './tasks/extract.ts';
import type { ProviderModeration } from './tasks/moderate.ts';
import { moderateText } from './tasks/moderate.ts';
import { replyRules, writeReply } from './tasks/reply.ts';
import { scoreLead } from './tasks/score-lead.ts';
import { readSentiment } from './tasks/sentiment.ts';
import {
  captionRules,
  summarizeRules,
  translateRules,
  writeCaption,
  writeSummary,
  writeTranslation,
} from './tasks/write-texts.ts';

export type AiServiceDeps = {
  calls: ModelCalls;
  /** What the AI of a workspace may write. */
  guardrailsOf: (workspaceId: string) => Promise<AiGuardrails>;
  /** A provider's moderation, where the workspace has a key for it. */
  moderation?: ProviderModeration;
  /** Answers to the same question before. */
  answers?: AnswerCache;
  now?: () => Date;
};

/** For whom the AI works: everything is counted, limited and guarded by workspace. */
export type AiScope = { workspaceId: string; executionId: string | null };
export type AiServices = { of(scope: AiScope): AiService };

/**
 * The AI of the nodes, one for each execution. Without a key everything but agents and translation works on the built-in
 * provider; every result says in `usage.model` who answered. Every text that is written comes out through `guarded`.
 */
export function createAiService(deps: AiServiceDeps): AiServices {
  const builtin = createBuiltinProvider();
  return { of: (scope) => serviceOf(deps, builtin, scope) };
}

function serviceOf(deps: AiServiceDeps, builtin: Builtin, scope: AiScope): AiService {
  const { calls, guardrailsOf, moderation, answers, now = () => new Date() } = deps;
  const usage = { model: BUILTIN };

  /** Who answers: a model to ask, or null for the built-in provider. */
  async function asking(request: AiRequest, task: AiTask, signal: AbortSignal): Promise<Asking | null> {
    signal.throwIfAborted();
    const { nodeId = null, model, fallbackModel: fallback, maxTokens } = request;
    const call = { caller: { ...scope, nodeId }, task, model, fallback, maxTokens };
    return (await calls.plan(call)) === 'builtin' ? null : { calls, call: { ...call, signal } };
  }

  /** A text that the provider could not look at goes to a person; the answer is not lost. */
  async function moderated(text: string, signal: AbortSignal) {
    try {
      return (await moderateText(scope, moderation, text, signal)).scores;
    } catch (error) {
      if (error instanceof NodeError) return null;
      throw error;
    }
  }

  async function guarded<Raw extends RawText>(text: {
    rules: string;
    instructions?: string | undefined;
    sources: readonly string[];
    /** What a stranger wrote and the text answers. */
    answers?: { message: string; username?: string | undefined; intent?: Intent | undefined };
    outside?: readonly string[];
    isBuiltin: boolean;
    canWriteAgain?: boolean;
    signal: AbortSignal;
    write(refused: string[]): Promise<Raw>;
  }): Promise<
    (Raw & WrittenText) | { text: ''; mode: 'escalate'; reasons: string[]; usage: { model: string } }
  > {
    const guardrails = await guardrailsOf(scope.workspaceId);
    const intent: IntentMode = text.answers
      ? intentMode(
          guardrails,
          (names) => text.answers?.intent ?? builtin.intentOf(text.answers?.message ?? '', names),
        )
      : { mode: 'send', reason: null };
    const outside = [...(text.answers ? [text.answers.message] : []), ...(text.outside ?? [])];
    const written = await writeGuarded({
      guardrails,
      intent,
      check: {
        instructions: ownWords(text.instructions ?? '', outside, ' '),
        sources: text.sources,
        rules: text.rules,
        username: text.answers?.username,
        // No message steers the built-in provider: it has no instructions to be talked out of.
        ...(text.answers && !text.isBuiltin && { message: text.answers.message }),
      },
      moderate: (written) => moderated(written, text.signal),
      write: text.write,
      canWriteAgain: !text.isBuiltin && (text.canWriteAgain ?? true),
    });
    if (written) return written;
    return {
      text: '',
      mode: 'escalate',
      reasons: intent.reason ? [intent.reason] : [],
      usage: NOTHING_WRITTEN,
    };
  }

  async function reply(request: ReplyRequest, signal: AbortSignal, onToken?: (text: string) => void) {
    const model = await asking(request, 'short_reply', signal);
    const { message, instructions, outside = [], passages, username, intent } = request;
    const key = keyOf(request);
    const isCacheable = model !== null && answers !== undefined && injectionSigns(message).length === 0;
    let isNew = false;

    async function write(refused: string[]): Promise<CachedReply> {
      if (!model) return builtinReply();
      if (isCacheable && refused.length === 0) {
        const { caller, task } = model.call;
        const found = cachedReplySchema.safeParse(
          await answers.get({ caller, task, model: request.model ?? '', key }),
        );
        if (found.success) {
          onToken?.(found.data.text);
          return { ...found.data, usage: { model: found.data.usage.model } };
        }
      }
      isNew = true;
      if (refused.length > 0) onToken?.('\n\n');
      return askOr(() => writeReply(model, request, refused, onToken), builtinReply);
    }

    function builtinReply(): CachedReply {
      isNew = false;
      const written = builtin.reply(request);
      onToken?.(written.text);
      return { ...written, usage };
    }

    const written = await guarded({
      rules: replyRules(request),
      instructions,
      sources: passages.map(({ title, text }) => `${title}\n${text}`),
      answers: { message, username, intent },
      outside,
      isBuiltin: model === null,
      signal,
      write,
    });
    if (!('sources' in written)) return { ...written, grounded: false, sources: [] };
    if (isCacheable && isNew && written.reasons.length === 0) {
      const { text, grounded, sources, usage: used } = written;
      await answers.put({ workspaceId: scope.workspaceId, key }, { text, grounded, sources, usage: used });
    }
    return written;
  }

  return {
    reply,
    async classify(request, signal) {
      const model = await asking(request, 'classify', signal);
      return askOr(model && (() => classifyText(model, request)), () => ({
        ...builtin.classify(request),
        usage,
      }));
    },
    async extract(request, signal) {
      const model = await asking(request, 'short_reply', signal);
      const today = now().toISOString().slice(0, 10);
      return askOr(model && (() => extractFields(model, request, today)), () => ({
        values: builtin.extract(request, today),
        usage,
      }));
    },
    async sentiment(request, signal) {
      const model = await asking(request, 'classify', signal);
      return askOr(model && (() => readSentiment(model, request)), () => ({
        ...builtin.sentiment(request.text),
        usage,
      }));
    },
    async moderate(request, signal) {
      signal.throwIfAborted();
      return moderateText(scope, request.model === BUILTIN ? undefined : moderation, request.text, signal);
    },
    async scoreLead(request, signal) {
      const model = await asking(request, 'classify', signal);
      return askOr(model && (() => scoreLead(model, request)), () => ({
        ...builtin.scoreLead(request.text),
        usage,
      }));
    },
    async translate(request, signal, onToken) {
      const model = await asking(request, 'caption', signal);
      if (!model) throw needsModel('translate_needs_model', 'Translating');
      const { instructions, text } = request;
      const write = (refused: string[]) => writeTranslation(model, request, refused, onToken);
      const rules = translateRules(request);
      return guarded({ rules, instructions, sources: [text], isBuiltin: false, signal, write });
    },
    async summarize(request, signal, onToken) {
      const model = await asking(request, 'report', signal);
      const { instructions, text } = request;
      const write = async (refused: string[]) => {
        return askOr(model && (() => writeSummary(model, request, refused, onToken)), () => {
          const summary = builtin.summarize(request);
          onToken?.(summary);
          return { text: summary, usage };
        });
      };
      const rules = summarizeRules(request);
      return guarded({ rules, instructions, sources: [text], isBuiltin: model === null, signal, write });
    },
    async caption(request, signal, onToken) {
      const model = await asking(request, 'caption', signal);
      const { instructions, topic } = request;
      const write = async (refused: string[]) => {
        return askOr(model && (() => writeCaption(model, request, refused, onToken)), () => {
          const caption = builtin.caption(request);
          onToken?.(caption);
          return { text: caption, usage };
        });
      };
      const rules = captionRules(request);
      return guarded({ rules, instructions, sources: [topic], isBuiltin: model === null, signal, write });
    },
    async agent(request, signal, onToken) {
      const model = await asking(request, 'plan', signal);
      if (!model) throw needsModel('agent_needs_model', 'An agent');
      const { message, username, intent, outside = [], instructions } = request;
      const { agentRules, runAgent } = await import('./tasks/agent.ts');
      const written = await guarded({
        rules: agentRules(request),
        instructions,
        sources: [],
        answers: { message, username, intent },
        outside,
        isBuiltin: false,
        // Its tools would be used twice.
        canWriteAgain: false,
        signal,
        write: (refused) => runAgent(model, request, refused),
      });
      if (written.text !== '') onToken?.(written.text);
      return 'steps' in written ? written : { ...written, steps: 0 };
    },
  };
}

/**
 * Asks the model where there is one, else the built-in provider. That one also answers when the budget ran out between the
 * look at it and the call, if the workspace wants that.
 */
async function askOr<T>(ask: (() => Promise<T>) | null, builtinWay: () => T): Promise<T> {
  if (!ask) return builtinWay();
  try {
    return await ask();
  } catch (error) {
    if (isUsedUpForBuiltin(error)) return builtinWay();
    throw error;
  }
}

const usedUpSchema = z.object({ whenUsedUp: z.literal('builtin') });

const isUsedUpForBuiltin = (error: unknown): boolean =>
  error instanceof NodeError &&
  error.code === 'budget_used_up' &&
  usedUpSchema.safeParse(error.details).success;

const cachedReplySchema = z.object({
  text: z.string(),
  grounded: z.boolean(),
  sources: z.array(z.string()),
  usage: z.object({
    model: z.string(),
    inputTokens: z.number().exactOptional(),
    outputTokens: z.number().exactOptional(),
    costUsd: z.number().exactOptional(),
  }),
});
type CachedReply = z.output<typeof cachedReplySchema>;

/** An answer depends on the passages that were found, whatever else the knowledge has, and may name the person. */
function keyOf({
  message,
  instructions,
  outside = [],
  passages,
  username,
  language,
  maxBytes,
  model,
}: ReplyRequest) {
  return answerKey({
    question: message,
    instructions: JSON.stringify([
      ownWords(instructions, [message, ...outside], ''),
      username,
      language,
      maxBytes,
    ]),
    model: model ?? '',
    knowledgeVersion: JSON.stringify(passages.map(({ id, title, text }) => [id, title, text])),
  });
}

const needsModel = (code: string, what: string) =>
  new NodeError(
    code,
    `${what} needs a language model, and the built-in AI is none. Add a provider's key in Settings → AI (or set OPENAI_API_KEY, ANTHROPIC_API_KEY or OLLAMA_BASE_URL), or remove the step.`,
  );
