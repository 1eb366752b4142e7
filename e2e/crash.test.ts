import { afterAll, beforeAll, expect, it } from 'vitest';
import type { GraphStub } from './support/graph-stub.ts';
import { startGraphStub } from './support/graph-stub.ts';
import { chain, replyFlow } from './support/graphs.ts';
import type { Installation } from './support/installation.ts';
import { describeShapes, startInstallation } from './support/installation.ts';
import type { Owner } from './support/owner.ts';
import { setUpOwner } from './support/owner.ts';
import { waitUntil } from './support/wait-until.ts';
import { commentDelivery, deliver } from './support/webhook.ts';

const ACCOUNT = '17841400000000007';
const TOKEN = 'access-token-of-the-stub';

describeShapes('kill -9', (shape) => {
  let graph: GraphStub;
  let installation: Installation;
  let owner: Owner;
  beforeAll(async () => {
    graph = await startGraphStub(TOKEN, ACCOUNT);
    installation = await startInstallation(shape, { INSTAGRAM_GRAPH_URL: graph.url });
    owner = await setUpOwner(installation.url);
    await owner.connectAccount(ACCOUNT, TOKEN);
  });
  afterAll(async () => {
    await installation.remove();
    await graph.close();
  });

  async function crash(): Promise<void> {
    await installation.kill();
    await installation.start();
  }

  it('between sending and the answer: every run is finished after the restart, each effect once', async () => {
    const cases = [
      { held: 'reply', fate: 'performed', askedAgain: 'replies' },
      { held: 'reply', fate: 'lost', askedAgain: 'replies' },
      { held: 'private', fate: 'performed', askedAgain: 'conversations' },
      { held: 'private', fate: 'lost', askedAgain: 'conversations' },
    ] as const;
    const runs = await Promise.all(
      cases.map(async ({ held, fate }) => {
        const id = `${held}-${fate}`;
        const flow = await owner.publish(id, threeEffects(id));
        const { arrived } = graph.keepQuiet(`${held} of ${id}`, fate);
        expect((await deliver(flow.webhookUrl, commentDelivery(ACCOUNT, { id, text: 'hi' }))).status).toBe(
          200,
        );
        await arrived;
        // The one beside it is done, so that the kill finds exactly one effect open.
        const beside = held === 'reply' ? 'private' : 'reply';
        await waitUntil(`${beside} is in the journal`, async () => {
          const { effects } = await owner.execution((await owner.untilExecutionOf(flow.id)).id);
          return effects.some(({ nodeId, status }) => nodeId === beside && status === 'done');
        });
        return { id, flow };
      }),
    );
    expect(graph.reads).toEqual([]);

    await crash();

    for (const { id, flow } of runs) {
      const execution = await owner.untilOnlyExecution(flow.id, 'succeeded');
      const texts = graph.performedWith(`of ${id}`).map(({ text }) => text);
      expect(texts.sort()).toEqual([`first of ${id}`, `private of ${id}`, `reply of ${id}`]);
      expect(execution.effects.map(({ status }) => status)).toEqual(['done', 'done', 'done']);
      expect(execution.steps.map(({ status }) => status)).toEqual(execution.steps.map(() => 'succeeded'));
      await owner.unpublish(flow.id);
    }
    const asked = graph.reads.map((path) => path.split('/').at(-1));
    expect(asked.sort()).toEqual(cases.map(({ askedAgain }) => askedAgain).sort());
  });

  it('under load: whatever was acknowledged runs, and is answered once', async () => {
    const flow = await owner.publish('Load', replyFlow('Answer to {{ trigger.comment.id }}!'));
    const ids = Array.from({ length: 60 }, (_, index) => `load-${index}`);
    const acknowledged: string[] = [];
    const sending = ids.map(async (id) => {
      const body = commentDelivery(ACCOUNT, { id, text: 'many' });
      const { status } = await deliver(flow.webhookUrl, body).catch(() => ({ status: 0 }));
      if (status === 200) acknowledged.push(id);
    });
    await waitUntil('the first answers', () => graph.performedWith('Answer to load-').length >= 5);
    await installation.kill();
    await Promise.all(sending);
    await installation.start();

    expect(acknowledged.length).toBeGreaterThan(0);
    const done = await waitUntil('every execution has ended', async () => {
      const executions = await owner.executions(flow.id);
      const hasEnded = executions.every(({ status }) => !['queued', 'running'].includes(status));
      return hasEnded && executions.length >= acknowledged.length && executions;
    });
    expect(done.map(({ status }) => status)).toEqual(done.map(() => 'succeeded'));
    const answered = graph.performedWith('Answer to load-').map(({ target }) => target);
    expect(answered).toHaveLength(new Set(answered).size);
    expect(answered).toHaveLength(done.length);
    expect(new Set(answered)).toEqual(new Set([...answered, ...acknowledged]));
    await owner.unpublish(flow.id);
  });

  it('while a person is asked: the decision after the restart goes on', async () => {
    const flow = await owner.publish('Ask', approvalFlow('approved reply'));
    await deliver(flow.webhookUrl, commentDelivery(ACCOUNT, { id: 'ask-1', text: 'may I?' }));
    const { id } = await owner.untilOnlyExecution(flow.id, 'waiting');

    await crash();

    const approval = await owner.untilApproval(id);
    expect(approval.draft).toBe('approved reply');
    expect((await owner.call('POST', `/api/v1/approvals/${approval.id}/approve`, {})).status).toBe(200);
    await owner.untilStatus(id, 'succeeded');
    expect(graph.performedWith('approved reply')).toHaveLength(1);
    await owner.unpublish(flow.id);
  });

  it('during a pause: it ends all the same', async () => {
    const flow = await owner.publish('Pause', pauseFlow('reply after the pause'));
    await deliver(flow.webhookUrl, commentDelivery(ACCOUNT, { id: 'pause-1', text: 'slowly' }));
    const { id } = await owner.untilOnlyExecution(flow.id, 'waiting');
    expect(graph.performedWith('reply after the pause')).toEqual([]);

    await crash();

    await owner.untilStatus(id, 'succeeded');
    expect(graph.performedWith('reply after the pause')).toHaveLength(1);
    await owner.unpublish(flow.id);
  });
});

/** An effect that is done when the kill comes, then two side by side of which one is under way. */
function threeEffects(id: string) {
  const graph = chain([
    { id: 'comment', type: 'trigger.comment' },
    { id: 'first', type: 'instagram.reply_to_comment', config: { text: `first of ${id}` } },
    { id: 'reply', type: 'instagram.reply_to_comment', config: { text: `reply of ${id}` } },
    { id: 'end', type: 'logic.merge' },
  ]);
  const text = `private of ${id}`;
  graph.nodes.push({ id: 'private', type: 'instagram.private_reply', name: 'private', config: { text } });
  graph.edges.push(
    { id: 'first-private', source: 'first', target: 'private' },
    { id: 'private-end', source: 'private', target: 'end' },
  );
  return graph;
}

function approvalFlow(text: string) {
  return chain([
    { id: 'comment', type: 'trigger.comment' },
    { id: 'ask', type: 'people.approval', config: { text }, port: 'approved' },
    { id: 'reply', type: 'instagram.reply_to_comment', config: { text: '{{ steps.ask.output.text }}' } },
  ]);
}

function pauseFlow(text: string) {
  return chain([
    { id: 'comment', type: 'trigger.comment' },
    { id: 'pause', type: 'logic.delay', config: { amount: 3, unit: 'seconds' } },
    { id: 'reply', type: 'instagram.reply_to_comment', config: { text } },
  ]);
}
