import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Flow } from '../server/contract/shapes.ts';
import type { GraphStub } from './support/graph-stub.ts';
import { startGraphStub } from './support/graph-stub.ts';
import { replyFlow } from './support/graphs.ts';
import type { Installation } from './support/installation.ts';
import { describeShapes, startInstallation, VERIFY_TOKEN } from './support/installation.ts';
import type { Owner } from './support/owner.ts';
import { call, setUpOwner } from './support/owner.ts';
import { commentDelivery, deliver, signatureOf } from './support/webhook.ts';

const ACCOUNT = '17841400000000007';
const TOKEN = 'access-token-of-the-stub';

/** Whatever a delivery may leave behind. */
const TABLES = ['webhook_events', 'flow_executions', 'contacts', 'conversations', 'comments', 'messages'];

describeShapes('webhooks', (shape) => {
  let graph: GraphStub;
  let installation: Installation;
  let owner: Owner;
  let flow: Flow;
  beforeAll(async () => {
    graph = await startGraphStub(TOKEN, ACCOUNT);
    installation = await startInstallation(shape, { INSTAGRAM_GRAPH_URL: graph.url });
    owner = await setUpOwner(installation.url);
    await owner.connectAccount(ACCOUNT, TOKEN);
    flow = await owner.publish('Echo', replyFlow('You wrote: {{ trigger.comment.text }}'));
  });
  afterAll(async () => {
    await installation.remove();
    await graph.close();
  });

  it('run a flow once, however often they are delivered', async () => {
    const body = commentDelivery(ACCOUNT, { id: 'twice-1', text: 'How schön 😍' });
    expect(flow.webhookUrl).toBe(`${installation.url}/webhooks/instagram/${flow.id}`);
    expect((await deliver(flow.webhookUrl, body)).status).toBe(200);
    const execution = await owner.untilOnlyExecution(flow.id, 'succeeded');
    expect(execution.event).toMatchObject({ comment: { id: 'twice-1' }, account: { id: ACCOUNT } });

    const rows = await installation.countRows(TABLES);
    const again = await Promise.all([1, 2, 3].map(() => deliver(flow.webhookUrl, body)));
    expect(again.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(await installation.countRows(TABLES)).toBe(rows);
    const marker = commentDelivery(ACCOUNT, { id: 'twice-2', text: 'after', from: 'person-of-twice-1' });
    await deliver(flow.webhookUrl, marker);
    await owner.untilStatus((await owner.untilExecutionOf(flow.id)).id, 'succeeded');
    expect(await owner.executions(flow.id)).toHaveLength(2);
    expect(graph.performed.map(({ kind, target, text }) => ({ kind, target, text }))).toEqual([
      { kind: 'reply', target: 'twice-1', text: 'You wrote: How schön 😍' },
      { kind: 'reply', target: 'twice-2', text: 'You wrote: after' },
    ]);
  });

  it('that were delivered side by side run once too', async () => {
    const body = commentDelivery(ACCOUNT, { id: 'race-1', text: 'race' });
    const answers = await Promise.all(Array.from({ length: 10 }, () => deliver(flow.webhookUrl, body)));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    await owner.untilStatus((await owner.untilExecutionOf(flow.id)).id, 'succeeded');
    const started = (await owner.executions(flow.id)).filter(({ title }) => title.includes('race'));
    expect(started).toHaveLength(1);
    expect(graph.performedWith('race')).toHaveLength(1);
  });

  describe('that are refused leave nothing behind', () => {
    let rows: number;
    let executions: number;
    beforeEach(async () => {
      rows = await installation.countRows(TABLES);
      executions = (await owner.executions(flow.id)).length;
    });
    async function refusal(url: string, body: string, signature?: string | null): Promise<number> {
      const { status, text } = await deliver(url, body, signature);
      expect(JSON.parse(text)).toMatchObject({ status });
      expect(await installation.countRows(TABLES)).toBe(rows);
      expect(await owner.executions(flow.id)).toHaveLength(executions);
      return status;
    }
    const body = commentDelivery(ACCOUNT, { id: 'refused-1', text: 'refused' });

    it('a wrong signature: 401', async () => {
      expect(await refusal(flow.webhookUrl, body, signatureOf(body, 'another secret'))).toBe(401);
      expect(await refusal(flow.webhookUrl, body, signatureOf(`${body} `))).toBe(401);
      expect(await refusal(flow.webhookUrl, body, 'sha256=')).toBe(401);
    });

    it('no signature: 401', async () => {
      expect(await refusal(flow.webhookUrl, body, null)).toBe(401);
    });

    it.each(['{"object":', '', 'null', '[]', '"text"', '{}', '{"object":"instagram","entry":7}'])(
      'signed garbage %j: 400',
      async (garbage) => {
        expect(await refusal(flow.webhookUrl, garbage)).toBe(400);
      },
    );

    it('a flow that does not exist: 404', async () => {
      const webhooks = `${installation.url}/webhooks/instagram`;
      expect(await refusal(`${webhooks}/01890000-0000-7000-8000-000000000000`, body)).toBe(404);
      expect(await refusal(`${webhooks}/not-an-id`, body)).toBe(404);
    });

    it('a flow that is not published: 404, from the moment it is unpublished', async () => {
      const draft = await owner.draft('Draft', replyFlow('never'));
      expect(await refusal(draft.webhookUrl, body)).toBe(404);
      const published = await owner.publish('For a moment', replyFlow('never'));
      await owner.unpublish(published.id);
      expect(await refusal(published.webhookUrl, body)).toBe(404);
    });

    it('2 MiB: 413', async () => {
      const large = commentDelivery(ACCOUNT, { id: 'large', text: 'x'.repeat(2 * 1024 * 1024) });
      expect(await refusal(flow.webhookUrl, large)).toBe(413);
    });
  });

  it('of an account that nobody connected are kept, and start nothing', async () => {
    const rows = await installation.countRows(['webhook_events']);
    const executions = (await owner.executions(flow.id)).length;
    const body = commentDelivery('17841499999999999', { id: 'stranger-1', text: 'stranger' });
    expect((await deliver(flow.webhookUrl, body)).status).toBe(200);
    expect(await installation.countRows(['webhook_events'])).toBe(rows + 1);
    expect(await owner.executions(flow.id)).toHaveLength(executions);
  });

  it('to the URL of the whole app start every published flow of the account', async () => {
    const other = await owner.publish('Other', replyFlow('Other: {{ trigger.comment.text }}'));
    const body = commentDelivery(ACCOUNT, { id: 'app-1', text: 'for everybody' });
    for (const _ of ['once', 'again']) {
      expect((await deliver(`${installation.url}/webhooks/instagram`, body)).status).toBe(200);
    }
    await owner.untilOnlyExecution(other.id, 'succeeded');
    await owner.untilStatus((await owner.untilExecutionOf(flow.id)).id, 'succeeded');
    expect(
      graph
        .performedWith('for everybody')
        .map(({ text }) => text)
        .sort(),
    ).toEqual(['Other: for everybody', 'You wrote: for everybody']);
    await owner.unpublish(other.id);
  });

  it('do not answer what the account wrote itself', async () => {
    const own = commentDelivery(ACCOUNT, { id: 'own-1', text: 'our own reply', from: ACCOUNT });
    expect((await deliver(flow.webhookUrl, own)).status).toBe(200);
    const marker = commentDelivery(ACCOUNT, { id: 'own-2', text: 'after our own' });
    await deliver(flow.webhookUrl, marker);
    await owner.untilStatus((await owner.untilExecutionOf(flow.id)).id, 'succeeded');
    expect(graph.performedWith('our own').map(({ target }) => target)).toEqual(['own-2']);
  });

  it.each(['', '/flow'])('shake hands with Meta at /webhooks/instagram%s', async (kind) => {
    const path = `/webhooks/instagram${kind && `/${flow.id}`}`;
    const ask = (query: Record<string, string>) =>
      call(installation.url, 'GET', `${path}?${new URLSearchParams(query)}`);
    const right = {
      'hub.mode': 'subscribe',
      'hub.verify_token': VERIFY_TOKEN,
      'hub.challenge': '1158201444',
    };
    const answer = await ask(right);
    expect(answer).toMatchObject({ status: 200, text: '1158201444' });
    expect(answer.headers.get('Content-Type')).toMatch(/^text\/plain/);
    expect(flow.verifyToken).toBe(VERIFY_TOKEN);
    expect((await ask({ ...right, 'hub.verify_token': 'guessed' })).status).toBe(403);
    expect((await ask({ ...right, 'hub.mode': 'unsubscribe' })).status).toBe(403);
    expect((await ask({})).status).toBe(403);
  });
});
