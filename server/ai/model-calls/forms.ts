import type { BaseChatModel } from '@langchain/core/language_models/chat_models';
import type { AIMessage, AIMessageChunk, BaseMessage } from '@langchain/core/messages';
import { HumanMessage, SystemMessage } from '@langchain/core/messages';
import type { ModelCall } from '../model-calls.ts';

/** Ways of asking a model. This module loads LangChain: import it when it is needed. */

/** What a model gave back; `json` only where a form was asked for and kept to. */
export type Reply = { message: AIMessage | AIMessageChunk; json?: unknown };

/** The owner's words as the system's, the world's as the user's. */
export function messagesOf({ system, user }: ModelCall['prompt']): BaseMessage[] {
  return [new SystemMessage(system), new HumanMessage(user)];
}

/** @param onToken called with each part as it comes; without it nothing is streamed */
export async function askForText(
  client: BaseChatModel,
  messages: BaseMessage[],
  signal: AbortSignal,
  onToken?: (text: string) => void,
): Promise<Reply> {
  if (!onToken) return { message: await client.invoke(messages, { signal }) };
  let whole: AIMessageChunk | undefined;
  for await (const chunk of await client.stream(messages, { signal })) {
    if (chunk.text) onToken(chunk.text);
    whole = whole ? whole.concat(chunk) : chunk;
  }
  if (!whole) throw new Error('The stream ended before it began.');
  return { message: whole };
}

/** Asks for JSON through a tool that the model has to call. */
export async function askForJson(
  client: BaseChatModel,
  messages: BaseMessage[],
  signal: AbortSignal,
  schema: NonNullable<ModelCall['schema']>,
): Promise<Reply> {
  // Google refuses the word; nobody needs it.
  const { $schema: _, ...json } = schema.json;
  const structured = client.withStructuredOutput(json, {
    name: schema.name,
    method: 'functionCalling',
    includeRaw: true,
  });
  const { raw, parsed } = await structured.invoke(messages, { signal });
  const message = raw as AIMessage;
  const found: unknown = parsed ?? jsonIn(message.text);
  return { message, ...(found !== undefined && { json: found }) };
}

/** Some servers answer with the JSON as text, with words or a fence around it, instead of a tool call. */
function jsonIn(text: string): unknown {
  const [from, to] = [text.indexOf('{'), text.lastIndexOf('}')];
  if (from < 0 || to < from) return undefined;
  try {
    return JSON.parse(text.slice(from, to + 1));
  } catch {
    return undefined;
  }
}
