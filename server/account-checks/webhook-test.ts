import { createHmac, randomBytes } from 'node:crypto';
import type { Dispatcher } from 'undici';
import { request } from 'undici';
import type { WebhookTest } from '../contract/accounts.ts';
import { TEST_FIELD } from '../webhooks/incoming-event.ts';

const WITHIN_MS = 10_000;

/**
 * Tries the way that Meta's webhooks take, over the public address: the handshake, and a signed delivery with an event that
 * starts nothing. It shows that proxy, tunnel, certificate and secrets fit together; whether Meta calls, only Meta can show.
 */
export async function tryWebhook(target: {
  webhookUrl: string;
  verifyToken: string;
  secret: string;
  accountExternalId: string;
}): Promise<WebhookTest['steps']> {
  return [await tryHandshake(target), await tryDelivery(target)];
}

async function tryHandshake(target: {
  webhookUrl: string;
  verifyToken: string;
}): Promise<WebhookTest['steps'][number]> {
  const challenge = randomBytes(8).toString('hex');
  const query = new URLSearchParams({
    'hub.mode': 'subscribe',
    'hub.verify_token': target.verifyToken,
    'hub.challenge': challenge,
  });
  const answer = await ask(`${target.webhookUrl}?${query}`, { method: 'GET' });
  const isGood = answer.status === 200 && answer.text === challenge;
  return { name: 'handshake', isGood, detail: isGood ? '' : answer.trouble };
}

async function tryDelivery(target: {
  webhookUrl: string;
  secret: string;
  accountExternalId: string;
}): Promise<WebhookTest['steps'][number]> {
  const now = new Date();
  const change = { field: TEST_FIELD, value: { at: now.toISOString() } };
  const body = JSON.stringify({
    object: 'instagram',
    entry: [{ id: target.accountExternalId, time: now.getTime(), changes: [change] }],
  });
  const signature = createHmac('sha256', target.secret).update(body).digest('hex');
  const answer = await ask(target.webhookUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-hub-signature-256': `sha256=${signature}` },
    body,
  });
  const isGood = answer.status === 200;
  return { name: 'delivery', isGood, detail: isGood ? '' : answer.trouble };
}

async function ask(
  url: string,
  options: Pick<Dispatcher.RequestOptions, 'method' | 'headers' | 'body'>,
): Promise<{ status: number; text: string; trouble: string }> {
  try {
    const answer = await request(url, { ...options, signal: AbortSignal.timeout(WITHIN_MS) });
    // Whoever answers in place of this server may have much to say.
    const text = (await answer.body.text()).slice(0, 200);
    return { status: answer.statusCode, text, trouble: `HTTP ${answer.statusCode}` };
  } catch (error) {
    return { status: 0, text: '', trouble: error instanceof Error ? error.message : String(error) };
  }
}
