import type { AiProvider } from '../provider.ts';
import { createClassifierCache } from './classifier.ts';
import { intentNames } from './intents.ts';
import { composeReply } from './reply.ts';

/** Name that results of the built-in provider carry in `usage.model`. */
export const BUILTIN = 'builtin';

const INTENT_LABELS = intentNames().map((name) => ({ name }));

/** Answers without a key and without a network: a small classifier, and replies put together from what is known. */
export function createBuiltinProvider(): AiProvider {
  const classifierFor = createClassifierCache();
  const usage = { model: BUILTIN };
  return {
    async classify(request, signal) {
      signal.throwIfAborted();
      return { ...classifierFor(request.labels)(request.text), usage };
    },
    async reply(request, signal, onToken) {
      signal.throwIfAborted();
      const reply = composeReply(request, classifierFor(INTENT_LABELS));
      onToken?.(reply.text);
      return { ...reply, usage };
    },
  };
}
