import { createCheckedFetch } from '../ai/checked-fetch.ts';
import type { RequestLog } from '../ai/model-calls/request-log.ts';
import type { AiEnvironment } from '../ai/providers.ts';
import { createBudgetMeter } from './embeddings/budget-meter.ts';
import { accessByConnections } from './embeddings/embedder-for.ts';
import type { Knowledge, KnowledgeDeps } from './knowledge.ts';
import { openKnowledge } from './knowledge.ts';

/**
 * Knowledge with the keys, the addresses and the budget that the models of a workspace use too.
 */
export async function openKnowledgeOfProcess(
  deps: Omit<KnowledgeDeps, 'access' | 'meter'> & {
    config: AiEnvironment;
    encryptionKey: string;
    requests: Pick<RequestLog, 'add'>;
  },
): Promise<Knowledge> {
  const { config, pool, encryptionKey } = deps;
  const checked = createCheckedFetch();
  const knowledge = await openKnowledge({
    ...deps,
    access: accessByConnections({ pool, config, encryptionKey, checkedFetch: checked.fetch }),
    meter: createBudgetMeter(deps),
  });
  return {
    ...knowledge,
    close: async () => {
      await knowledge.close();
      await checked.close();
    },
  };
}
