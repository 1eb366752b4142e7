import type { TriggerEvent } from '../../engine/event.ts';
import type { Problem } from '../../engine/graph.ts';
import type { Flow } from '../../server/contract/shapes.ts';
import { ApiError, api, errorText } from '../api/client.ts';
import type { SaveResult } from './autosave.ts';
import type { FlowContent } from './flow-store.ts';

/** Browsers refuse bodies above 64 KB for requests that outlive the page. */
const KEEPALIVE_BYTES = 60_000;

/** Saves a draft over the revision that it is based on; every way this can end is a value. */
export async function saveFlow(
  flowId: string,
  content: FlowContent,
  revision: number,
  options: { keepalive: boolean },
): Promise<SaveResult<Flow>> {
  const body = { name: content.name.trim() || 'Untitled flow', graph: content.graph, revision };
  const keepalive = options.keepalive && JSON.stringify(body).length < KEEPALIVE_BYTES;
  try {
    const saved = await api.put<Flow>(`/api/v1/flows/${flowId}`, body, { keepalive });
    return { kind: 'saved', revision: saved.revision, saved };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.isOffline || error.status >= 500) return { kind: 'offline' };
    if (error.status === 409) return { kind: 'conflict' };
    return { kind: 'failed', message: errorText(error) };
  }
}

/** Publishes the draft as saved; a graph with errors answers with its problems. */
export async function publishFlow(
  flowId: string,
  note: string,
): Promise<{ ok: true; flow: Flow } | { ok: false; problems: Problem[]; message: string }> {
  try {
    const flow = await api.post<Flow>(`/api/v1/flows/${flowId}/publish`, note ? { note } : {});
    return { ok: true, flow };
  } catch (error) {
    if (error instanceof ApiError && error.status === 422) {
      return { ok: false, problems: error.details.problems ?? [], message: error.message };
    }
    throw error;
  }
}

export const unpublishFlow = (flowId: string) => api.post<Flow>(`/api/v1/flows/${flowId}/unpublish`);

export const restoreVersion = (flowId: string, version: number) =>
  api.post<Flow>(`/api/v1/flows/${flowId}/versions/${version}/restore`);

export const loadFlow = (flowId: string) => api.get<Flow>(`/api/v1/flows/${flowId}`);

/** A test run of the draft; without an event the server makes one up that fits the trigger. */
export const runFlow = (
  flowId: string,
  options: { event?: TriggerEvent; triggerNodeId?: string; dryRun: boolean },
) => api.post<{ executionId: string }>(`/api/v1/flows/${flowId}/run`, options);

/** A person's word on an effect of which nobody could tell whether it happened; the run goes on with it. */
export const settleEffect = (
  executionId: string,
  effect: { nodeId: string; key: string; happened: boolean },
) => api.post<{ executionId: string }>(`/api/v1/executions/${executionId}/settle-effect`, effect);

export const actOnExecution = (executionId: string, action: 'cancel' | 'retry' | 'replay') =>
  api.post<{ executionId: string } | undefined>(`/api/v1/executions/${executionId}/${action}`);
