import { createCheckedFetch } from '../ai/checked-fetch.ts';
import type { RequestLog } from '../ai/model-calls/request-log.ts';
import type { AiEnvironment } from '../ai/providers.ts';
import { accessByConnections } from './embeddings/embedder-for.ts';
import { embeddingCost } from './embeddings/embedding-models.ts';
import type { Knowledge, KnowledgeDeps } from './knowledge.ts';
import { openKnowledge } from './knowledge.ts';

/**
 * Knowledge with the keys and addresses that the models of a workspace use too; what embeddings cost stands among the
 * requests of the workspace.
 */
export async function openKnowledgeOfProcess(
  deps: Omit<KnowledgeDeps, 'access' | 'onEmbedded'> & {
    config: AiEnvironment;
    encryptionKey: string;
    requests: Pick<RequestLog, 'add'>;
  },
): Promise<Knowledge> {
  const { config, pool, encryptionKey, requests } = deps;
  const checked = createCheckedFetch();
  const knowledge = await openKnowledge({
    ...deps,
    access: accessByConnections({ pool, config, encryptionKey, checkedFetch: checked.fetch }),
    onEmbedded: ({ tokens, errorCode, ...call }) =>
      requests.add({
        ...call,
        executionId: null,
        nodeId: null,
        task: 'embed',
        tokensIn: tokens,
        costUsd: embeddingCost(call.model, tokens),
        ...(errorCode && { errorCode }),
      }),
  });
  return {
    ...knowledge,
    close: async () => {
      await knowledge.close();
      await checked.close();
    },
  };
}
