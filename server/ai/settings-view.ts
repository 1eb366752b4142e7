import { NodeError } from '../../engine/errors.ts';
import type { AiSettings } from '../contract/ai.ts';
import type { AiChoices } from './ai-settings.ts';
import { readAiChoices } from './ai-settings.ts';
import type { Connections, ConnectionsDeps } from './connections.ts';
import { connectionsOf } from './connections.ts';
import { DEFAULT_PRICES, PRICES_AS_OF, PRICES_SOURCE } from './default-prices.ts';
import type { AiTask } from './model-calls.ts';
import { UNKNOWN_PRICE } from './prices.ts';
import { TASKS } from './providers.ts';
import { routeCall, taskRouteOf } from './router.ts';

/** The settings as people see them: complete, with who answers as things stand. */
export function settingsView(choices: AiChoices, connections: Connections): AiSettings {
  const tasks = Object.keys(TASKS) as AiTask[];
  return {
    router: {
      provider: choices.router.provider,
      tasks: Object.fromEntries(
        tasks.map((task) => [
          task,
          {
            ...taskRouteOf(choices, task),
            ...answering(task, choices, connections),
            defaultMaxTokens: TASKS[task].maxTokens,
          },
        ]),
      ) as AiSettings['router']['tasks'],
    },
    budget: choices.budget,
    prices: {
      own: choices.prices,
      defaults: DEFAULT_PRICES,
      asOf: PRICES_AS_OF,
      source: PRICES_SOURCE,
      unknownModel: UNKNOWN_PRICE,
    },
  };
}

/** The model that writes short answers where a step names none; null where the built-in provider does. */
export async function usualModel(deps: ConnectionsDeps, workspaceId: string): Promise<string | null> {
  const [choices, connections] = await Promise.all([
    readAiChoices(deps.pool, workspaceId),
    connectionsOf(deps, workspaceId),
  ]);
  const { answeredBy } = answering('short_reply', choices, connections);
  return answeredBy === 'builtin' ? null : answeredBy;
}

function answering(task: AiTask, choices: AiChoices, connections: Connections) {
  try {
    const route = routeCall({ task }, choices, connections);
    if (route === 'builtin') return { answeredBy: 'builtin', problem: null, thinkingTokens: 0 };
    return { answeredBy: route[0].name, problem: null, thinkingTokens: route[0].thinkingTokens };
  } catch (error) {
    if (!(error instanceof NodeError)) throw error;
    return { answeredBy: null, problem: error.message, thinkingTokens: 0 };
  }
}
