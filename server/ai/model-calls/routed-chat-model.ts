import type { BaseChatModelCallOptions, BindToolsInput } from '@langchain/core/language_models/chat_models';
import { BaseChatModel } from '@langchain/core/language_models/chat_models';
import type { AIMessage, AIMessageChunk, BaseMessage } from '@langchain/core/messages';
import type { ChatResult } from '@langchain/core/outputs';

export type BoundTools = { tools: BindToolsInput[]; options: Partial<BaseChatModelCallOptions> };

/** Makes one call for the agent, with the tools that it has bound. */
export type Perform = (
  messages: BaseMessage[],
  tools: BoundTools | null,
  signal: AbortSignal | undefined,
) => Promise<AIMessage | AIMessageChunk>;

/** A chat model for LangChain whose calls are made by us: routed, counted, limited. This module loads LangChain. */
export class RoutedChatModel extends BaseChatModel {
  readonly #perform: Perform;
  readonly #tools: BoundTools | null;

  constructor(perform: Perform, tools: BoundTools | null = null) {
    // Retries are ours.
    super({ maxRetries: 0 });
    this.#perform = perform;
    this.#tools = tools;
  }

  override _llmType(): string {
    return 'replygraph';
  }

  override bindTools(
    tools: BindToolsInput[],
    options: Partial<BaseChatModelCallOptions> = {},
  ): RoutedChatModel {
    return new RoutedChatModel(this.#perform, { tools, options });
  }

  override async _generate(messages: BaseMessage[], options: this['ParsedCallOptions']): Promise<ChatResult> {
    const message = await this.#perform(messages, this.#tools, options.signal);
    return { generations: [{ text: message.text, message }] };
  }
}
