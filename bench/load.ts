import { createHmac, randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'undici';
import { askWhole } from '../server/http-client/whole-answer.ts';
import type { BenchFlow } from './installation.ts';
import { percentile } from './percentile.ts';
import { APP_SECRET } from './server-process.ts';
import type { Stub } from './stub-process.ts';

/** A reply that has not come after this is lost. */
const LOST_AFTER_MS = 60_000;

/** Bytes of an answer, which is short. */
const MOST_ANSWERED = 100_000;

type Delivery = { commentId: string; body: string; signature: string };

/** Where webhooks go, and who sees the replies. */
export type Target = {
  url: string;
  flow: BenchFlow;
  stub: Stub;
  /** The webhook is filled up to this size with fields that the platform may add one day. */
  payloadBytes?: number;
};

let deliveries = 0;

function makeDelivery({ flow, payloadBytes = 0 }: Target): Delivery {
  deliveries += 1;
  const commentId = platformId();
  const value = {
    id: commentId,
    text: 'Hi! How much is shipping to Vienna?',
    from: { id: platformId(), username: `person_${deliveries}` },
    media: { id: '17900000000000001', media_product_type: 'FEED' },
  };
  const bare = bodyOf(flow, value);
  const missing = payloadBytes - Buffer.byteLength(bare) - ',"future":""'.length;
  const body = missing > 0 ? bodyOf(flow, { ...value, future: padding(missing) }) : bare;
  const signature = `sha256=${createHmac('sha256', APP_SECRET).update(body).digest('hex')}`;
  return { commentId, body, signature };
}

function bodyOf({ accountExternalId }: BenchFlow, value: object): string {
  const entry = [{ id: accountExternalId, time: Date.now(), changes: [{ field: 'comments', value }] }];
  return JSON.stringify({ object: 'instagram', entry });
}

/** Seventeen digits in no order, as Meta's ids are: indexes over them are written all over. */
function platformId(): string {
  return `18${(randomBytes(8).readBigUInt64BE() % 10n ** 15n).toString().padStart(15, '0')}`;
}

/** Text that hardly compresses, so that what is stored is as large as what was sent. */
function padding(bytes: number): string {
  return randomBytes(Math.ceil((bytes * 3) / 4))
    .toString('base64')
    .slice(0, bytes);
}

/** Sends webhooks one by one per connection. @throws Error when one is not answered 200 */
async function send(pool: Pool, { url, flow }: Target, { body, signature }: Delivery): Promise<void> {
  // Not `pool.request`: its garbage collections would be measured as the server's.
  const answer = await askWhole(
    pool,
    {
      url: url + flow.webhookPath,
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-hub-signature-256': signature },
      body,
      signal: new AbortController().signal,
    },
    MOST_ANSWERED,
  );
  if (answer.status !== 200) throw new Error(`A webhook was answered ${answer.status}: ${answer.body}`);
}

async function untilReplied(stub: Stub, commentIds: string[]): Promise<void> {
  const giveUpAt = Date.now() + LOST_AFTER_MS;
  const isMissing = (commentId: string) => !stub.repliedAt.has(commentId);
  while (commentIds.some(isMissing)) {
    if (Date.now() > giveUpAt) {
      throw new Error(
        `${commentIds.filter(isMissing).length} of ${commentIds.length} comments got no reply.`,
      );
    }
    await delay(10);
  }
}

export type Sustained = { flows: number; seconds: number; flowsPerSecond: number; acceptedPerSecond: number };

/**
 * As many flows as the server takes: `connections` senders, each sending the next webhook when the last was answered and
 * no more than `maxOpen` comments are unanswered. Measured from the first webhook to the last reply.
 */
export async function measureSustained(
  target: Target,
  { flows, connections = 64, maxOpen = 400 }: { flows: number; connections?: number; maxOpen?: number },
): Promise<Sustained> {
  const pool = new Pool(target.url, { connections, pipelining: 1 });
  const prepared = Array.from({ length: flows }, () => makeDelivery(target));
  const repliesBefore = target.stub.repliedAt.size;
  const begin = process.hrtime.bigint();
  let next = 0;
  await Promise.all(
    Array.from({ length: connections }, async () => {
      for (let delivery = prepared[next++]; delivery; delivery = prepared[next++]) {
        while (next - (target.stub.repliedAt.size - repliesBefore) > maxOpen) await delay(2);
        await send(pool, target, delivery);
      }
    }),
  );
  const acceptedNs = process.hrtime.bigint() - begin;
  const ids = prepared.map(({ commentId }) => commentId);
  await untilReplied(target.stub, ids);
  const last = ids.reduce((latest, id) => maxOf(latest, target.stub.repliedAt.get(id) ?? 0n), 0n);
  await pool.close();
  const seconds = Number(last - begin) / 1e9;
  return {
    flows,
    seconds,
    flowsPerSecond: flows / seconds,
    acceptedPerSecond: flows / (Number(acceptedNs) / 1e9),
  };
}

const maxOf = (a: bigint, b: bigint) => (a > b ? a : b);

export type Latency = {
  rate: number;
  /** Of the webhooks that came in the first moments, after whatever rest there was before. */
  firstAckP99Ms: number;
  ackP50Ms: number;
  ackP99Ms: number;
  replyP50Ms: number;
  replyP95Ms: number;
};

/** After a rest caches and machine code are cold: what comes in this long is a figure of its own. */
export const FIRST_SECONDS = 3;

/** Webhooks at a steady rate, whether or not the ones before were answered, for `seconds` after the first moments. */
export async function measureLatency(
  target: Target,
  { rate, seconds }: { rate: number; seconds: number },
): Promise<Latency> {
  const pool = new Pool(target.url, { connections: 32, pipelining: 1 });
  const sent = new Map<string, bigint>();
  const firstAcks: number[] = [];
  const acks: number[] = [];
  const underWay: Promise<void>[] = [];
  const firstCount = rate * FIRST_SECONDS;
  const prepared = Array.from({ length: firstCount + rate * seconds }, () => makeDelivery(target));
  const begin = performance.now();
  for (const [index, delivery] of prepared.entries()) {
    const isFirst = index < firstCount;
    const wait = begin + (index * 1_000) / rate - performance.now();
    if (wait > 0) await delay(wait);
    const sentAt = process.hrtime.bigint();
    if (!isFirst) sent.set(delivery.commentId, sentAt);
    underWay.push(
      send(pool, target, delivery).then(() => {
        (isFirst ? firstAcks : acks).push(Number(process.hrtime.bigint() - sentAt) / 1e6);
      }),
    );
  }
  await Promise.all(underWay);
  await untilReplied(target.stub, [...sent.keys()]);
  await pool.close();
  const replies = [...sent].map(([id, at]) => Number((target.stub.repliedAt.get(id) ?? 0n) - at) / 1e6);
  return {
    rate,
    firstAckP99Ms: percentile(firstAcks, 99),
    ackP50Ms: percentile(acks, 50),
    ackP99Ms: percentile(acks, 99),
    replyP50Ms: percentile(replies, 50),
    replyP95Ms: percentile(replies, 95),
  };
}
