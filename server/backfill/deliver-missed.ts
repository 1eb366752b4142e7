import { createHmac } from 'node:crypto';
import type pg from 'pg';
import { request } from 'undici';
import { parseEvents } from '../webhooks/parse-events.ts';
import type { MissedItem } from './missed-items.ts';

export type DeliverDeps = {
  pool: pg.Pool;
  /** This installation's own webhook, and a secret that it knows. */
  webhookUrl: () => string;
  secret: string;
};

/** Items of one delivery; Meta batches up to 1,000. */
const BATCH = 100;
const WITHIN_MS = 20_000;

/**
 * Passes what webhooks missed on to our own webhook, signed, as Meta would have: everything that happens to an event happens
 * to these too. What is known already, over whichever URL it came, is left out.
 * @returns how many were new
 * @throws Error when the webhook does not answer 200
 */
export async function deliverMissed(
  deps: DeliverDeps,
  account: { workspaceId: string; externalId: string },
  items: readonly MissedItem[],
): Promise<number> {
  const fresh = await withoutKnown(deps.pool, account, items);
  for (let start = 0; start < fresh.length; start += BATCH) {
    await deliver(deps, account.externalId, fresh.slice(start, start + BATCH));
  }
  return fresh.length;
}

/**
 * The app's URL tells known events from new ones by itself; this looks at those of the flows' own URLs as well. A tap on a
 * button comes by webhook as a postback, and stands in the conversation as a message.
 */
async function withoutKnown(
  pool: pg.Pool,
  account: { workspaceId: string; externalId: string },
  items: readonly MissedItem[],
): Promise<MissedItem[]> {
  if (items.length === 0) return [];
  const keyed = items.map((item) => ({ item, keys: keysOf(account.externalId, item) }));
  const { rows } = await pool.query<{ key: string }>(
    `select distinct dedupe_key as key from webhook_events
     where dedupe_key = any($2)
       and scope in (select 'app' union all select id::text from flows where workspace_id = $1)`,
    [account.workspaceId, keyed.flatMap(({ keys }) => keys)],
  );
  const known = new Set(rows.map(({ key }) => key));
  return keyed.filter(({ keys }) => !keys.some((key) => known.has(key))).map(({ item }) => item);
}

function keysOf(externalId: string, item: MissedItem): string[] {
  const events = parseEvents(deliveryOf(externalId, [item]), new Date(item.at)) ?? [];
  const keys = events.map(({ dedupeKey }) => dedupeKey);
  return [...keys, ...keys.map((key) => key.replace(/^message:/, 'postback:'))];
}

/** Each item is an entry of its own: only an entry tells when a comment was written, in seconds. */
function deliveryOf(externalId: string, items: readonly MissedItem[]) {
  return {
    object: 'instagram',
    entry: items.map((item) => ({
      id: externalId,
      time: Math.floor(Date.parse(item.at) / 1_000),
      ...('change' in item ? { changes: [item.change] } : { messaging: [item.messaging] }),
    })),
  };
}

async function deliver(deps: DeliverDeps, externalId: string, items: readonly MissedItem[]): Promise<void> {
  const body = JSON.stringify(deliveryOf(externalId, items));
  const signature = createHmac('sha256', deps.secret).update(body).digest('hex');
  const answer = await request(deps.webhookUrl(), {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-hub-signature-256': `sha256=${signature}` },
    body,
    signal: AbortSignal.timeout(WITHIN_MS),
  });
  await answer.body.dump();
  if (answer.statusCode === 200) return;
  throw new Error(
    `Our own webhook ${deps.webhookUrl()} answered ${answer.statusCode}: a worker needs INTERNAL_URL or PUBLIC_URL to reach the servers.`,
  );
}
