import { createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import type { Logger } from '../log.ts';
import type { DeliveryMood } from './delivery-order.ts';
import { deliveryOrder, HOLD_MS } from './delivery-order.ts';
import type { SandboxRow, SandboxStore } from './sandbox-store.ts';
import { webhookBody } from './webhook-body.ts';

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
      const moods = await this.#moodsOf(items);
      const { deliveries, isHeld } = deliveryOrder(
        items,
        (workspaceId) => moods.get(workspaceId) ?? GOOD_MOOD,
        new Date(),
      );
      if (isHeld) void this.#wakeLater(HOLD_MS);
      for (const item of deliveries) {
        if (!(await this.#deliver(item))) {
          void this.#retryLater(FIRST_PAUSE_MS);
          return;
        }
      }
      if (items.length === BATCH) this.#again = true;
    }
  }

  async #moodsOf(items: readonly SandboxRow[]): Promise<Map<string, DeliveryMood>> {
    const workspaceIds = [...new Set(items.map(({ workspaceId }) => workspaceId))];
    const moods = workspaceIds.map(async (id) => [id, await this.#deps.store.moods(id)] as const);
    return new Map(await Promise.all(moods));
  }

  async #wakeLater(pauseMs: number): Promise<void> {
    await sleep(pauseMs, undefined, { signal: this.#stopped.signal, ref: false }).catch(() => {});
    if (!this.#stopped.signal.aborted) await this.wake().catch(() => {});
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

const GOOD_MOOD: DeliveryMood = { duplicateWebhooks: false, reorderWebhooks: false };
