import type { GraphInput } from '../engine/graph.ts';

export type Installation = { accountExternalId: string; flowId: string; webhookPath: string };

/** Sets up a fresh installation over the API: owner, account, and the five-node flow, published. */
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
    accessToken: 'bench-token',
  });
  const flow = await call<{ id: string }>('/api/v1/flows', { name: 'Five nodes', graph: FIVE_NODES });
  await call(`/api/v1/flows/${flow.id}/publish`, {});
  return { accountExternalId, flowId: flow.id, webhookPath: `/webhooks/instagram/${flow.id}` };
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

/** Trigger, values, condition, switch, reply: templates, conditions and one effect. */
const FIVE_NODES: GraphInput = {
  nodes: [
    { id: 'comment', type: 'trigger.comment', name: 'Comment', config: {} },
    {
      id: 'values',
      type: 'logic.set',
      name: 'Values',
      config: { values: [{ name: 'greeting', value: 'Hi @{{ trigger.from.username }}' }] },
    },
    {
      id: 'question',
      type: 'logic.condition',
      name: 'Question?',
      config: {
        when: { all: [{ value: '{{ trigger.comment.text }}', operator: 'contains', compare: 'shipping' }] },
      },
    },
    {
      id: 'topic',
      type: 'logic.switch',
      name: 'Topic',
      config: {
        cases: [
          {
            name: 'price',
            when: {
              all: [{ value: '{{ trigger.comment.text }}', operator: 'contains', compare: 'how much' }],
            },
          },
        ],
      },
    },
    {
      id: 'reply',
      type: 'instagram.reply_to_comment',
      name: 'Reply',
      config: { text: '{{ steps.values.output.greeting }}, shipping is free from 50 €.' },
    },
  ],
  edges: [
    { id: 'e1', source: 'comment', target: 'values' },
    { id: 'e2', source: 'values', target: 'question' },
    { id: 'e3', source: 'question', sourceHandle: 'true', target: 'topic' },
    { id: 'e4', source: 'topic', sourceHandle: 'price', target: 'reply' },
  ],
};
