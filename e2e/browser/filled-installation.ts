import type { StubAccount } from '../../server/instagram-login/testing/login-stub.ts';
import { startLoginStub } from '../../server/instagram-login/testing/login-stub.ts';
import { chain } from '../support/graphs.ts';
import { startReplygraph } from '../support/replygraph.ts';
import { waitUntil } from '../support/wait-until.ts';

export const OWNER = { name: 'Ann', email: 'ann@example.com', password: 'correct horse' };

/** Nothing answers there, and the server may not ask this machine. */
const FAILING = chain([
  { id: 'start', type: 'trigger.manual' },
  { id: 'send', type: 'http.request', config: { url: 'http://127.0.0.1:9/report' } },
]);

type Item = { id: string; status?: string };

/** Connected beside the sandbox account. */
const SHOP: StubAccount = { externalId: '17841400000000021', username: 'the.shop', pageId: 'page-21' };

/** An installation in which something has happened. */
export type FilledInstallation = Awaited<ReturnType<typeof fill>> & { url: string; remove(): Promise<void> };

/** Starts an installation beside a stub of Instagram, and fills it. */
export async function startFilledInstallation(): Promise<FilledInstallation> {
  await using undo = new AsyncDisposableStack();
  const stub = await startLoginStub();
  undo.defer(stub.close);
  const replygraph = await startReplygraph(stub.environment);
  undo.defer(replygraph.remove);
  const filled = await fill(replygraph.url, stub.issueToken(SHOP));
  const running = undo.move();
  return { ...filled, url: replygraph.url, remove: () => running.disposeAsync() };
}

/**
 * Sets an empty installation up over the API and lets something happen in it: a published flow, runs that succeeded, one
 * that waits for approval and one that failed, an escalation, a knowledge base, a paused flow, an account.
 * @returns addresses of the pages, and the cookies of the owner
 */
async function fill(url: string, accessToken: string) {
  const setup = await fetch(`${url}/api/v1/setup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(OWNER),
  });
  const cookie = setup.headers.getSetCookie().map((line) => line.split(';')[0] ?? '');
  const call = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const answer = await fetch(url + path, {
      method,
      headers: { cookie: cookie.join('; '), 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  };

  const shop = await call<Item>('POST', '/api/v1/accounts', {
    platform: 'instagram',
    externalId: SHOP.externalId,
    username: SHOP.username,
    accessToken,
  });
  await call('POST', `/api/v1/accounts/${shop.id}/check`);
  const accounts = await call<{ items: (Item & { isSandbox: boolean })[] }>('GET', '/api/v1/accounts');
  const sandbox = accounts.items.find(({ isSandbox }) => isSandbox);
  const base = await call<Item>('POST', '/api/v1/knowledge-bases', { name: 'Shop' });
  await call('POST', `/api/v1/knowledge-bases/${base.id}/documents`, {
    title: 'Delivery',
    text: 'We ship within two working days. Delivery to Germany costs 4.90 euros and is free from 50 euros.',
  });
  const flows = await call<{ items: Item[] }>('GET', '/api/v1/flows');
  const flowId = flows.items[0]?.id ?? '';
  await call('POST', `/api/v1/flows/${flowId}/publish`, {});
  await call('POST', '/api/v1/sandbox/comments', {
    text: 'How much is the delivery to Germany?',
    username: 'leo',
  });
  await call('POST', '/api/v1/sandbox/comments', {
    text: 'My parcel never arrived, this is a scandal',
    username: 'zoe',
  });
  await call('POST', '/api/v1/sandbox/comments', {
    text: 'I love this so much, beautiful!',
    username: 'mia',
  });
  const runs = await waitUntil('all runs have settled', async () => {
    const { items } = await call<{ items: Item[] }>('GET', '/api/v1/executions');
    return (
      items.length >= 3 && items.every(({ status }) => status !== 'queued' && status !== 'running') && items
    );
  });
  const [run] = runs;

  const report = await call<Item>('POST', '/api/v1/flows', { name: 'Report', graph: FAILING });
  await call('POST', `/api/v1/flows/${report.id}/publish`, {});
  await call('POST', `/api/v1/flows/${report.id}/run`, {});
  await waitUntil('the run of the report has failed', async () => {
    const { items } = await call<{ items: Item[] }>('GET', '/api/v1/executions?status=failed');
    return items.length > 0;
  });
  await call('POST', `/api/v1/flows/${report.id}/pause`);
  return {
    flowId,
    call,
    cookies: cookie.map((pair) => {
      const at = pair.indexOf('=');
      return { name: pair.slice(0, at), value: pair.slice(at + 1), url };
    }),
    paths: {
      login: '/',
      flows: '/flows',
      canvas: `/flows/${flowId}`,
      flowRuns: `/flows/${flowId}/executions`,
      pausedCanvas: `/flows/${report.id}`,
      runs: '/executions',
      failedRuns: '/executions?status=failed',
      run: `/executions/${run?.id}`,
      inbox: '/inbox',
      knowledge: '/knowledge',
      escalations: '/inbox?tab=escalations',
      accounts: '/accounts',
      account: `/accounts/${shop.id}`,
      sandboxAccount: `/accounts/${sandbox?.id}`,
      settings: '/settings',
      data: '/settings?tab=data',
      aiModels: '/settings/ai/models',
      aiTasks: '/settings/ai/tasks',
      aiBudget: '/settings/ai/budget',
      aiUsage: '/settings/ai/usage',
      aiGuardrails: '/settings/ai/guardrails',
    } as Record<string, string>,
  };
}
