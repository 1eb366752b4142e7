import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { OwnRedis } from '../server/live/testing/own-redis.ts';
import { ownRedis, redisMissing } from '../server/live/testing/own-redis.ts';
import type { GraphStub } from './support/graph-stub.ts';
import { startGraphStub } from './support/graph-stub.ts';
import { chain } from './support/graphs.ts';
import type { Installation } from './support/installation.ts';
import { describeShapes, describeWhere, startInstallation } from './support/installation.ts';
import type { LiveClient, LiveMessage } from './support/live-client.ts';
import { openLive } from './support/live-client.ts';
import { Owner, setUpOwner } from './support/owner.ts';
import { waitUntil } from './support/wait-until.ts';
import { commentDelivery, deliver } from './support/webhook.ts';

const ACCOUNT = '17841400000000011';
const TOKEN = 'access-token-of-the-stub';

const PROCESSES = [{ role: 'server' }, { role: 'server' }, { role: 'worker' }] as const;

/** Two servers, A and B, and a worker that runs everything. */
type Stage = {
  installation: Installation;
  graph: GraphStub;
  atA: Owner;
  atB: Owner;
  connect(owner: Owner): Promise<LiveClient>;
  closeClients(): void;
  remove(): Promise<void>;
};

async function setStage(
  shape: 'postgresql' | 'scaled',
  services?: { databaseUrl: string; redisUrl: string },
): Promise<Stage> {
  const graph = await startGraphStub(TOKEN, ACCOUNT);
  const installation = await startInstallation(
    shape,
    { INSTAGRAM_GRAPH_URL: graph.url },
    { processes: [...PROCESSES], ...(services && { services }) },
  );
  const atA = await setUpOwner(installation.url);
  await atA.connectAccount(ACCOUNT, TOKEN);
  const atB = new Owner(installation.servers[1]?.url ?? '', atA.key);
  const clients: LiveClient[] = [];
  return {
    installation,
    graph,
    atA,
    atB,
    connect: async (owner) => {
      const client = await openLive(owner);
      clients.push(client);
      return client;
    },
    closeClients: () => {
      for (const client of clients.splice(0)) client.close();
    },
    remove: async () => {
      await installation.remove();
      await graph.close();
    },
  };
}

/** A follower's comment, told to server A by Meta. */
async function comment(webhookUrl: string, id: string): Promise<void> {
  expect((await deliver(webhookUrl, commentDelivery(ACCOUNT, { id, text: `Comment ${id}` }))).status).toBe(
    200,
  );
}

const stepFlow = () =>
  chain([
    { id: 'comment', type: 'trigger.comment' },
    { id: 'set', type: 'logic.set', config: { values: [{ name: 'greeting', value: 'Hello' }] } },
    { id: 'reply', type: 'instagram.reply_to_comment', config: { text: 'Hello' } },
  ]);

const approvalFlow = () =>
  chain([
    { id: 'comment', type: 'trigger.comment' },
    { id: 'ask', type: 'people.approval', config: { text: 'Yes' }, port: 'approved' },
    { id: 'reply', type: 'instagram.reply_to_comment', config: { text: '{{ steps.ask.output.text }}' } },
  ]);

const finished = (messages: LiveMessage[]) =>
  messages.filter(({ type }) => type === 'step.finished').map(({ nodeId }) => nodeId);
const isEnd = ({ type }: LiveMessage) => type === 'execution.finished';

async function approve(owner: Owner, executionId: string): Promise<void> {
  const { id } = await owner.untilApproval(executionId);
  expect((await owner.call('POST', `/api/v1/approvals/${id}/approve`, {})).status).toBe(200);
}

describeShapes('live events with two servers and a worker', (shape) => {
  if (shape === 'embedded') {
    it.skip('the embedded shape is one process', () => {});
    return;
  }
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage(shape);
  });
  afterEach(() => stage.closeClients());
  afterAll(() => stage.remove());

  it('whoever watches at one server sees, complete and in order, what came to the other', async () => {
    const { atA, atB } = stage;
    const flow = await atA.publish('Watched elsewhere', stepFlow());
    const clients = [await stage.connect(atB), await stage.connect(atA)];
    for (const client of clients) await client.subscribe(`flow:${flow.id}`);
    await comment(flow.webhookUrl, `watched-${shape}`);
    for (const client of clients) {
      await client.until('the end', isEnd);
      const events = client.received.filter(({ seq }) => seq !== undefined);
      expect(events.map(({ type }) => type)).toContain('execution.queued');
      expect(finished(events)).toEqual(['comment', 'set', 'reply']);
      const numbers = events.map(({ seq = 0 }) => seq).filter((seq) => seq > 0);
      expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => a - b));
      expect(client.received.filter(({ type }) => type === 'resync')).toEqual([]);
    }
    await atB.unpublish(flow.id);
  });

  it('a killed server’s clients miss nothing when they come back at the other', async () => {
    const { atA, atB, installation } = stage;
    const flow = await atA.publish('Asks', approvalFlow());
    const before = await stage.connect(atA);
    await before.subscribe(`flow:${flow.id}`);
    await comment(flow.webhookUrl, `asked-${shape}`);
    const { executionId = '' } = await before.until(
      'the question',
      ({ type }) => type === 'approval.created',
    );
    await atB.untilStatus(executionId, 'waiting');
    const seen = Math.max(...before.received.map(({ seq = 0 }) => seq));

    await installation.servers[0]?.kill();
    await approve(atB, executionId);
    await atB.untilStatus(executionId, 'succeeded');

    const after = await stage.connect(atB);
    await after.subscribe(`execution:${executionId}`, seen);
    await after.until('the end', isEnd);
    const steps = [...before.received, ...after.received].filter(({ type }) => type === 'step.finished');
    const settled = steps.filter(({ data }) => !JSON.stringify(data).includes('"status":"waiting"'));
    expect(settled.map(({ nodeId }) => nodeId)).toEqual(['comment', 'ask', 'reply']);
    for (const { seq = 0 } of after.received.filter(({ type }) => type.startsWith('step.'))) {
      expect(seq).toBeGreaterThan(seen);
    }
    await installation.servers[0]?.restart();
    await atB.unpublish(flow.id);
  });
});

const reason = redisMissing() ?? (process.env.TEST_DATABASE_URL ? null : 'it needs TEST_DATABASE_URL');

describeWhere('live events over a Redis that is killed', reason, () => {
  let redis: OwnRedis;
  let stage: Stage;
  beforeAll(async () => {
    redis = await ownRedis();
    await redis.start();
    stage = await setStage('scaled', {
      databaseUrl: process.env.TEST_DATABASE_URL ?? '',
      redisUrl: redis.url,
    });
  });
  afterEach(() => stage.closeClients());
  afterAll(async () => {
    await stage.remove();
    await redis.remove();
  });

  it('what happened while it was gone is told when it is back, and events flow again', async () => {
    const { atA, atB } = stage;
    const asks = await atA.publish('Asks', approvalFlow());
    const follows = await stage.connect(atB);
    const lists = await stage.connect(atB);
    await lists.subscribe(`flow:${asks.id}`);
    await comment(asks.webhookUrl, 'asked');
    const { executionId = '' } = await lists.until('the question', ({ type }) => type === 'approval.created');
    await follows.subscribe(`execution:${executionId}`, 0);
    await atA.untilStatus(executionId, 'waiting');

    await redis.kill();
    await approve(atA, executionId);
    await atA.untilStatus(executionId, 'succeeded');
    expect(follows.received.some(isEnd)).toBe(false);
    await redis.start();

    await follows.until('the end', isEnd);
    expect(new Set(finished(follows.received))).toEqual(new Set(['comment', 'ask', 'reply']));
    await lists.until('the end, or that something is missing', (message) => {
      return isEnd(message) || message.type === 'resync';
    });

    const next = await atB.publish('Next', stepFlow());
    await lists.subscribe(`flow:${next.id}`);
    // The processes find each other again one by one: until then a run is said to be missing instead of told.
    const { executionId: told = '' } = await waitUntil('a run that is told to its end', async () => {
      const seen = lists.received.length;
      const before = (await atB.executions(next.id)).length;
      await comment(next.webhookUrl, `next-${before}`);
      const ended = await waitUntil('the run has ended', async () => {
        const runs = await atB.executions(next.id);
        return runs.length > before && runs.every(({ status }) => status === 'succeeded') && runs[0];
      });
      await waitUntil('the run is told, or said to be missing', () => {
        const later = lists.received.slice(seen);
        return later.some(
          (message) => message.type === 'resync' || (isEnd(message) && message.executionId === ended.id),
        );
      });
      return lists.received.find((message) => isEnd(message) && message.executionId === ended.id);
    });
    expect(finished(lists.received.filter(({ executionId: id }) => id === told)).at(-1)).toBe('reply');
  });
});
