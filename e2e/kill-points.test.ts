import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GraphStub } from './support/graph-stub.ts';
import { authorOf, startGraphStub } from './support/graph-stub.ts';
import { chain } from './support/graphs.ts';
import { startInstallation } from './support/installation.ts';
import { setUpOwner } from './support/owner.ts';
import type { Replygraph } from './support/replygraph.ts';
import { waitUntil } from './support/wait-until.ts';
import { commentDelivery, deliver } from './support/webhook.ts';

const ACCOUNT = '17841400000000009';
const TOKEN = 'access-token-of-the-stub';

/** What leaves the process while the flow below runs (server/faults.ts). Side by side: most of the time they only wait. */
const LINES = [['journal'], ['store', 'send'], ['queue', 'claim']];

describe('kill -9 at every moment (embedded; e2e/chaos kills the other shapes at random)', () => {
  let graph: GraphStub;
  const lines: Line[] = [];
  beforeAll(async () => {
    graph = await startGraphStub(TOKEN, ACCOUNT);
    for (const _ of LINES) lines.push(await startLine(graph));
  });
  afterAll(async () => {
    await Promise.all(lines.map(({ remove }) => remove()));
    await graph.close();
  });

  it.concurrent.each(LINES.map((moments, index) => ({ moments, line: index })))(
    'before and after each $moments: after the restart each effect stands once',
    { timeout: 400_000 },
    async ({ moments, line }) => {
      for (const moment of moments) {
        const kills = await killAtEach(moment, lines[line] as Line);
        expect(kills, moment).toBeGreaterThan(0);
      }
    },
  );
});

/**
 * Kills before and after the first of these moments, the second and so on, until there is no such moment any more. The
 * process that ends well what one kill has left is killed next.
 */
async function killAtEach(moment: string, { process, take, isDoneOnce }: Line): Promise<number> {
  await process.stop();
  let killed: string | null = null;
  for (let kills = 0; ; kills += 1) {
    const when = kills % 2 === 0 ? 'before' : 'after';
    const killAt = `${when} ${moment} ${Math.floor(kills / 2) + 1}`;
    await process.restart({ KILL_AT: `${killAt} since SIGUSR2` });
    if (killed !== null) await untilDone(killed);
    const id = killAt.replaceAll(' ', '-');
    await process.armKill();
    await take(id);
    const wasKilled = await waitUntil(`${killAt}, or the end`, async () => {
      if (!process.isRunning()) return 'killed';
      return (await isDoneOnce(id)) && 'survived';
    });
    if (wasKilled === 'survived') return kills;
    killed = id;
  }

  async function untilDone(id: string): Promise<void> {
    await waitUntil(`the webhook ${id} is taken`, () => take(id));
    await waitUntil(`the flow of ${id} has ended well, with each effect once`, () => isDoneOnce(id));
  }
}

type Line = {
  process: Replygraph;
  /** Delivers a comment with this id; answers whether it was taken. */
  take(id: string): Promise<boolean>;
  /** Whether its flow has ended. @throws when an effect stands there twice or not at all then */
  isDoneOnce(id: string): Promise<boolean>;
  remove(): Promise<void>;
};

async function startLine(graph: GraphStub): Promise<Line> {
  const installation = await startInstallation('embedded', { INSTAGRAM_GRAPH_URL: graph.url });
  const [process] = installation.processes as [Replygraph];
  const owner = await setUpOwner(installation.url);
  await owner.connectAccount(ACCOUNT, TOKEN);
  const flow = await owner.publish('Kill points', twoEffectsAndAPause());
  return {
    process,
    remove: installation.remove,
    take: async (id) => {
      const body = commentDelivery(ACCOUNT, { id, text: 'hi', from: authorOf(id) });
      const { status } = await deliver(flow.webhookUrl, body).catch(() => ({ status: 0 }));
      return status === 200;
    },
    isDoneOnce: async (id) => {
      const executions = await owner.executions(flow.id);
      if (executions.some(({ status }) => ['queued', 'running', 'waiting'].includes(status))) return false;
      const sent = graph.performed.filter(({ text }) => text.endsWith(` ${id}`)).map(({ text }) => text);
      if (new Set(sent).size < 2) return false;
      expect(sent.sort()).toEqual([`private ${id}`, `reply ${id}`]);
      expect(executions[0]?.status).toBe('succeeded');
      return true;
    },
  };
}

function twoEffectsAndAPause() {
  return chain([
    { id: 'comment', type: 'trigger.comment' },
    { id: 'reply', type: 'instagram.reply_to_comment', config: { text: 'reply {{ trigger.comment.id }}' } },
    { id: 'pause', type: 'logic.delay', config: { amount: 1, unit: 'seconds' } },
    { id: 'private', type: 'instagram.private_reply', config: { text: 'private {{ trigger.comment.id }}' } },
  ]);
}
