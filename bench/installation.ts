import type { GraphInput } from '../engine/graph.ts';
import { FIVE_NODES } from './graphs.ts';

/** A published flow and the account whose comments start it. */
export type BenchFlow = { id: string; accountExternalId: string; webhookPath: string };

export type Installation = {
  /** The five-node flow. */
  flow: BenchFlow;
  /** Creates and publishes another flow of the same account. */
  publish(name: string, graph: GraphInput): Promise<BenchFlow>;
  /** `Authorization` header of a viewer. */
  authorization: string;
};

/** Sets up a fresh installation over the API: owner, account, key, and the five-node flow, published. */
export async function setUp(url: string): Promise<Installation> {
  const cookie = await setupCookie(url);
  const call = async <T>(path: string, body: unknown): Promise<T> => {
    const response = await fetch(url + path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Cookie: cookie, Origin: url },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`POST ${path} answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as T;
  };
  const accountExternalId = `1784${Date.now()}`;
  await call('/api/v1/accounts', {
    platform: 'instagram',
    externalId: accountExternalId,
    username: 'bench',
    accessToken: `bench-token-${accountExternalId}`,
  });
  const publish = async (name: string, graph: GraphInput): Promise<BenchFlow> => {
    const { id } = await call<{ id: string }>('/api/v1/flows', { name, graph });
    await call(`/api/v1/flows/${id}/publish`, {});
    return { id, accountExternalId, webhookPath: `/webhooks/instagram/${id}` };
  };
  const { key } = await call<{ key: string }>('/api/v1/api-keys', { name: 'Bench', role: 'viewer' });
  return { flow: await publish('Five nodes', FIVE_NODES), publish, authorization: `Bearer ${key}` };
}

async function setupCookie(url: string): Promise<string> {
  const response = await fetch(`${url}/api/v1/setup`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Origin: url },
    body: JSON.stringify({ name: 'Bench', email: 'bench@example.com', password: 'bench-password-1' }),
  });
  if (!response.ok) throw new Error(`Setup answered ${response.status}: ${await response.text()}`);
  return response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ');
}
