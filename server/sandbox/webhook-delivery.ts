import { createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import type { Logger } from '../log.ts';
import type { SandboxRow, SandboxStore } from './sandbox-store.ts';

const BATCH = 50;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 60_000;

type Deps = { store: SandboxStore; secret: string; webhookUrl: () => string; log: Logger };

/**
 * Delivers what happens in the sandbox as Meta does: signed, over HTTP, to the app's public webhook, again and again
 * until it answers 200. What is not delivered stands in the database, so that a restart loses nothing.
 */
export class WebhookDelivery {
  readonly #deps: Deps;
  readonly #stopped = new AbortController();
  #running: Promise<void> | undefined;
  #again = false;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** Something new is to be delivered. Resolves when everything was delivered or the first try failed. */
  async wake(): Promise<void> {
    this.#again = true;
    this.#running ??= this.#deliverAll()
      .catch((error: unknown) => {
        this.#deps.log.warn(
          { err: error },
          'Events of the sandbox could not be read; they are tried again soon',
        );
        void this.#retryLater(FIRST_PAUSE_MS);
      })
      .finally(() => {
        this.#running = undefined;
      });
    await this.#running;
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#running;
  }

  async #deliverAll(): Promise<void> {
    while (this.#again && !this.#stopped.signal.aborted) {
      this.#again = false;
      const items = await this.#deps.store.undelivered(BATCH);
      for (const item of items) {
        if (!(await this.#deliver(item))) {
          void this.#retryLater(FIRST_PAUSE_MS);
          return;
        }
      }
      if (items.length === BATCH) this.#again = true;
    }
  }

  async #retryLater(pauseMs: number): Promise<void> {
    await sleep(pauseMs, undefined, { signal: this.#stopped.signal, ref: false }).catch(() => {});
    if (this.#stopped.signal.aborted) return;
    const found = await this.#deps.store.undelivered(1).catch(() => null);
    if (found?.length === 0) return;
    const next = found?.[0];
    if (next && (await this.#deliver(next))) await this.wake();
    else await this.#retryLater(Math.min(pauseMs * 2, LONGEST_PAUSE_MS));
  }

  async #deliver(item: SandboxRow): Promise<boolean> {
    const body = webhookBody(item);
    const signature = createHmac('sha256', this.#deps.secret).update(body).digest('hex');
    try {
      const answer = await request(this.#deps.webhookUrl(), {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-hub-signature-256': `sha256=${signature}` },
        body,
        headersTimeout: 10_000,
        bodyTimeout: 10_000,
      });
      await answer.body.dump();
      if (answer.statusCode !== 200) throw new Error(`HTTP ${answer.statusCode}`);
      await this.#deps.store.markDelivered([item.seq]);
      return true;
    } catch (error) {
      this.#deps.log.warn(
        { err: error, item: item.externalId },
        'sandbox webhook was not accepted; it is tried again',
      );
      return false;
    }
  }
}

/** The body Meta would send, non-ASCII escaped as Meta does ("Webhooks", Instagram Platform documentation). */
export function webhookBody(item: SandboxRow): string {
  const content =
    item.kind === 'comment' ? { changes: [commentChange(item)] } : { messaging: [messagingItem(item)] };
  const body = {
    object: 'instagram',
    entry: [{ id: item.accountExternalId, time: item.at.getTime(), ...content }],
  };
  return JSON.stringify(body).replace(
    /[\u0080-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function commentChange(item: SandboxRow) {
  return {
    field: 'comments',
    value: {
      id: item.externalId,
      text: item.text,
      from: { id: item.fromExternalId, username: item.fromUsername },
      media: { id: item.mediaId, media_product_type: 'FEED' },
      ...(item.parentExternalId && { parent_id: item.parentExternalId }),
    },
  };
}

function messagingItem(item: SandboxRow) {
  const isEcho = item.fromExternalId === item.accountExternalId;
  return {
    sender: { id: item.fromExternalId },
    recipient: { id: item.toExternalId },
    timestamp: item.at.getTime(),
    message: { mid: item.externalId, text: item.text, ...(isEcho && { is_echo: true }) },
  };
}
