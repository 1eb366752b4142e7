import { createHmac } from 'node:crypto';
import { authorOf } from './graph-stub.ts';
import { APP_SECRET } from './installation.ts';

/** A comment as Meta's webhook tells it (Instagram Platform, "Webhooks", field `comments`). */
export function commentDelivery(
  account: string,
  comment: { id: string; text: string; from?: string },
): string {
  const value = {
    id: comment.id,
    text: comment.text,
    from: { id: comment.from ?? authorOf(comment.id), username: 'mia' },
    media: { id: '17900000000000001', media_product_type: 'FEED' },
  };
  const time = Math.floor(Date.now() / 1_000);
  return asMetaWrites({
    object: 'instagram',
    entry: [{ id: account, time, changes: [{ field: 'comments', value }] }],
  });
}

/** A direct message (Messenger Platform, "Webhooks for Instagram Messaging"). */
export function messageDelivery(
  account: string,
  message: { id: string; text: string; from: string },
): string {
  const timestamp = Date.now();
  const { id: mid, text, from } = message;
  const messaging = [{ sender: { id: from }, recipient: { id: account }, timestamp, message: { mid, text } }];
  return asMetaWrites({ object: 'instagram', entry: [{ id: account, time: timestamp, messaging }] });
}

/** Meta escapes what is not ASCII; whoever serialises anew before checking breaks the signature. */
function asMetaWrites(delivery: unknown): string {
  return JSON.stringify(delivery).replace(
    /[^\x20-\x7e]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

export function signatureOf(body: string, secret = APP_SECRET): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}

/**
 * Delivers a webhook; `signature: null` leaves the header out.
 * @throws Error when there is no answer, or none before `signal` is aborted
 */
export async function deliver(
  url: string,
  body: string,
  signature: string | null = signatureOf(body),
  signal: AbortSignal | null = null,
): Promise<{ status: number; text: string }> {
  const headers = {
    'Content-Type': 'application/json',
    ...(signature && { 'X-Hub-Signature-256': signature }),
  };
  const response = await fetch(url, { method: 'POST', headers, body, signal });
  return { status: response.status, text: await response.text() };
}
