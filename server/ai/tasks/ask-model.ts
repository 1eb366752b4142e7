import { z } from 'zod';
import { NodeError } from '../../../engine/errors.ts';
import type { StepUsage } from '../../../engine/node-type.ts';
import type { ModelCall, ModelCalls } from '../model-calls.ts';
import type { Prompt } from '../prompts.ts';

/** One request of a node to a model: who asks, for what, and until when. */
export type Asking = {
  calls: ModelCalls;
  call: Pick<ModelCall, 'caller' | 'task' | 'model' | 'fallback' | 'maxTokens' | 'signal'>;
};

/** Asked once more when the answer is not of the form that was asked for. */
const ATTEMPTS = 2;

/**
 * An answer that has the shape of the schema.
 * @param name what the answer is called, a word of a-z
 * @throws NodeError `model_answer_unusable` after two answers of another shape; those of ModelCalls
 */
export async function askForShape<T>(
  asking: Asking,
  prompt: Prompt,
  name: string,
  schema: z.ZodType<T>,
): Promise<{ value: T; usage: StepUsage }> {
  const { calls, call } = asking;
  const json = z.toJSONSchema(schema, { io: 'input' });
  let usage: StepUsage | undefined;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const answer = await calls.complete({ ...call, prompt, schema: { name, json } });
    usage = addUsage(usage, answer.usage);
    const read = schema.safeParse(answer.json);
    if (read.success) return { value: read.data, usage };
  }
  throw new NodeError(
    'model_answer_unusable',
    `${usage?.model ?? 'The model'} did not answer in the form that it was asked for, ${ATTEMPTS} times in a row. Choose a more capable model.`,
    { retryable: true },
  );
}

/** A text, streamed to `onToken`. @throws NodeError `model_answer_unusable` when it is empty; those of ModelCalls */
export async function askForText(
  asking: Asking,
  prompt: Prompt,
  onToken?: (text: string) => void,
): Promise<{ text: string; usage: StepUsage }> {
  const { text, usage } = await asking.calls.complete({ ...asking.call, prompt, onToken });
  if (text.trim() === '') {
    throw new NodeError('model_answer_unusable', `${usage.model} answered without a text.`, {
      retryable: true,
    });
  }
  return { text, usage };
}

/** What two calls used together; the later names the model. */
export function addUsage(before: StepUsage | undefined, usage: StepUsage): StepUsage {
  if (!before) return usage;
  const sum = { ...before, ...usage };
  for (const field of ['inputTokens', 'outputTokens', 'costUsd'] as const) {
    if (before[field] !== undefined) sum[field] = before[field] + (usage[field] ?? 0);
  }
  return sum;
}
