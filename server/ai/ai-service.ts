import type { AiService } from '../../engine/services.ts';
import type { Logger } from '../log.ts';
import { LruMap } from '../lru-map.ts';
import { createBuiltinProvider } from './builtin/builtin-provider.ts';
import type { RemoteChoice } from './langchain-provider.ts';
import type { ModelConfig } from './model-choice.ts';
import { chooseModel } from './model-choice.ts';
import type { AiProvider } from './provider.ts';
import { toNodeError } from './provider-errors.ts';

/** Clients kept, one for each model in use. */
const MOST_CLIENTS = 32;

/**
 * The AI of the nodes. `request.model` chooses who answers (see chooseModel); every result says in `usage.model` who did.
 * Without a key everything works on the built-in provider. One instance serves all workspaces.
 */
export function createAiService({ config, log }: { config: ModelConfig; log: Logger }): AiService {
  const builtin = createBuiltinProvider();
  const clients = new LruMap<string, Promise<AiProvider>>(MOST_CLIENTS);

  async function load(choice: RemoteChoice): Promise<AiProvider> {
    const { createLangChainProvider } = await import('./langchain-provider.ts');
    log.debug({ model: choice.name }, 'model client created');
    return createLangChainProvider(choice);
  }

  async function providerFor(model: string | undefined): Promise<AiProvider> {
    const choice = chooseModel(model, config);
    if (choice.provider === 'builtin') return builtin;
    try {
      return await clients.getOrCreate(choice.name, () => load(choice));
    } catch (error) {
      clients.delete(choice.name);
      throw toNodeError(error, choice.name);
    }
  }

  return {
    async classify(request, signal) {
      const provider = await providerFor(request.model);
      return provider.classify(request, signal);
    },
    async reply(request, signal, onToken) {
      const provider = await providerFor(request.model);
      return provider.reply(request, signal, onToken);
    },
  };
}
