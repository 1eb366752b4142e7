import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Flow } from '../server/contract/shapes.ts';
import {
  documentSchema,
  escalationSchema,
  flowSchema,
  knowledgeBaseSchema,
  pageOf,
  passageSchema,
  problemDetailsSchema,
  sessionSchema,
} from '../server/contract/shapes.ts';
import { chain, replyFlow } from './support/graphs.ts';
import type { Installation } from './support/installation.ts';
import { describeShapes, startInstallation } from './support/installation.ts';
import { call, Owner, SETUP } from './support/owner.ts';
import { waitUntil } from './support/wait-until.ts';

describeShapes('an installation', (shape) => {
  let installation: Installation;
  let owner: Owner;
  beforeAll(async () => {
    installation = await startInstallation(shape);
  });
  afterAll(() => installation.remove());

  describe('on its first day', () => {
    it('is set up once, with a session cookie that scripts of pages can not read', async () => {
      const { url } = installation;
      expect((await call(url, 'GET', '/api/v1/setup')).body).toEqual({ needed: true });
      expect((await call(url, 'GET', '/api/v1/flows')).status).toBe(401);

      const setup = await call(url, 'POST', '/api/v1/setup', { body: SETUP });
      expect(setup.status, setup.text).toBe(201);
      const [cookie = ''] = setup.headers.getSetCookie();
      expect(cookie).toMatch(/HttpOnly/i);
      expect(cookie).toMatch(/SameSite=Lax/i);
      const headers = { Cookie: cookie.split(';')[0] ?? '' };
      const session = await call(url, 'GET', '/api/v1/session', { headers });
      expect(sessionSchema.parse(session.body)).toMatchObject({
        user: { email: SETUP.email },
        role: 'owner',
      });

      const again = await call(url, 'POST', '/api/v1/setup', {
        body: { ...SETUP, email: 'eve@example.com' },
      });
      expect(again.status).toBe(409);
      expect(again.headers.get('Content-Type')).toMatch(/^application\/problem\+json/);
      expect((await call(url, 'GET', '/api/v1/setup')).body).toEqual({ needed: false });

      const created = await call(url, 'POST', '/api/v1/api-keys', {
        body: { name: 'Tests', role: 'admin' },
        headers,
      });
      expect(created.status, created.text).toBe(201);
      owner = new Owner(url, z.object({ key: z.string() }).parse(created.body).key);
      expect((await owner.call('GET', '/api/v1/flows')).status).toBe(200);
      expect((await new Owner(url, `${owner.key}x`).call('GET', '/api/v1/flows')).status).toBe(401);
    });
  });

  describe('with the template "Comment auto-reply"', () => {
    let flow: Flow;
    beforeAll(async () => {
      const { name, graph } = await owner.template('comment-auto-reply');
      flow = await owner.publish(name, graph);
      expect(flow).toMatchObject({ status: 'published', publishedVersion: 1 });
    });
    afterAll(() => owner.unpublish(flow.id));

    it('thanks for praise, and tells every step, skipped ones too', async () => {
      const comment = await owner.comment('I love this so much, absolutely beautiful! 😍', 'lena');
      const execution = await owner.untilHandled(flow.id, comment, 'succeeded');
      expect(await owner.answersTo(comment.id)).toMatchObject([
        { kind: 'comment', text: 'Thank you so much, @lena! ❤️', isPrivateReply: false },
      ]);
      const steps = Object.fromEntries(execution.steps.map((step) => [step.nodeId, step.status]));
      expect(steps).toEqual({
        ...Object.fromEntries(flow.graph.nodes.map(({ id }) => [id, 'skipped'])),
        comment: 'succeeded',
        classify: 'succeeded',
        reply_praise: 'succeeded',
      });
      const order = execution.steps.map(({ nodeId }) => nodeId);
      for (const { source, target } of flow.graph.edges) {
        expect(order.indexOf(source), `${source} before ${target}`).toBeLessThan(order.indexOf(target));
      }
      const classify = execution.steps.find(({ nodeId }) => nodeId === 'classify');
      expect(classify).toMatchObject({ ports: ['praise'], usage: { model: 'builtin' } });
      expect(execution.effects).toMatchObject([{ nodeId: 'reply_praise', status: 'done' }]);
    });

    it('asks a person before it answers a question', async () => {
      const comment = await owner.comment('How much is shipping to Spain?', 'carlos');
      const execution = await owner.untilHandled(flow.id, comment, 'waiting');
      expect(await owner.answersTo(comment.id)).toEqual([]);

      const approval = await owner.untilApproval(execution.id);
      const text = 'Shipping to Spain is €6, @carlos.';
      const path = `/api/v1/approvals/${approval.id}`;
      const approved = await owner.call('POST', `${path}/approve`, { text });
      expect(approved.body).toMatchObject({ status: 'approved', finalText: text });
      await owner.untilStatus(execution.id, 'succeeded');
      expect((await owner.answersTo(comment.id)).map((item) => item.text)).toEqual([text]);

      expect((await owner.call('POST', `${path}/approve`, {})).status).toBe(409);
      expect((await owner.call('POST', `${path}/reject`, {})).status).toBe(409);
      expect(await owner.answersTo(comment.id)).toHaveLength(1);
    });

    it('keeps quiet when the person says no', async () => {
      const comment = await owner.comment('Which sizes do you have?', 'tom');
      const waiting = await owner.untilHandled(flow.id, comment, 'waiting');
      const { id } = await owner.untilApproval(waiting.id);
      const rejected = await owner.call('POST', `/api/v1/approvals/${id}/reject`, { reason: 'Wrong tone' });
      expect(rejected.body).toMatchObject({ status: 'rejected', reason: 'Wrong tone' });
      const execution = await owner.untilStatus(waiting.id, 'succeeded');
      const step = execution.steps.find(({ nodeId }) => nodeId === 'approval');
      expect(step).toMatchObject({ ports: ['rejected'], output: { reason: 'Wrong tone' } });
      expect(await owner.answersTo(comment.id)).toEqual([]);
      expect((await owner.call('POST', `/api/v1/approvals/${id}/approve`, {})).status).toBe(409);
    });

    it('hands a complaint to a person', async () => {
      const comment = await owner.comment(
        'My order never arrived and nobody answers me, I want a refund',
        'nora',
      );
      const { id } = await owner.untilHandled(flow.id, comment, 'succeeded');
      const { items } = await owner.ask(pageOf(escalationSchema), 200, 'GET', '/api/v1/escalations');
      const own = items.filter(({ executionId }) => executionId === id);
      expect(own).toMatchObject([{ nodeId: 'escalate', status: 'open' }]);
      expect(own[0]?.reason).toContain(comment.text);
      expect(await owner.answersTo(comment.id)).toEqual([]);
    });

    it('hides spam', async () => {
      const comment = await owner.comment('Get 10k followers now, check my profile', 'promo');
      await owner.untilHandled(flow.id, comment, 'succeeded');
      const seen = (await owner.timeline()).find(({ id }) => id === comment.id);
      expect(seen).toMatchObject({ hidden: true });
    });

    it('writes to people who want to buy', async () => {
      const comment = await owner.comment('I want to order two of these please', 'ben');
      await owner.untilHandled(flow.id, comment, 'succeeded');
      expect(await owner.answersTo(comment.id)).toMatchObject([{ kind: 'message', isPrivateReply: true }]);
    });
  });

  describe('publishing', () => {
    it('refuses a graph with errors and tells all of them at once', async () => {
      const flow = await owner.draft('Broken', brokenGraph());
      const refused = await owner.call('POST', `/api/v1/flows/${flow.id}/publish`, {});
      expect(refused.status).toBe(422);
      expect(refused.headers.get('Content-Type')).toMatch(/^application\/problem\+json/);
      const { problems = [], errors = [] } = problemDetailsSchema.parse(refused.body);
      const found = problems.filter(({ severity }) => severity === 'error');
      expect(found.map(({ code, nodeId, field }) => ({ code, nodeId, field }))).toEqual(
        expect.arrayContaining([
          { code: 'unknown_type', nodeId: 'stranger', field: 'type' },
          { code: 'invalid_config', nodeId: 'wait', field: 'config.amount' },
          { code: 'cycle', nodeId: expect.stringMatching(/^(first|second)$/), field: 'edges' },
          { code: 'template_not_upstream', nodeId: 'early', field: 'config.text' },
        ]),
      );
      expect(found).toHaveLength(4);
      for (const { message } of found) expect(message.length).toBeGreaterThan(20);
      expect(errors).toEqual(
        found.map(({ nodeId, field, message }) => ({ path: `nodes.${nodeId}.${field}`, message })),
      );
      const after = await owner.ask(flowSchema, 200, 'GET', `/api/v1/flows/${flow.id}`);
      expect(after).toMatchObject({ status: 'draft', publishedVersion: null });
    });

    it('refuses a stale save and changes nothing', async () => {
      const flow = await owner.draft('Two people', replyFlow('one'));
      const path = `/api/v1/flows/${flow.id}`;
      const saved = await owner.ask(flowSchema, 200, 'PUT', path, { name: 'First', revision: flow.revision });
      const stale = await owner.call('PUT', path, { name: 'Second', revision: flow.revision });
      expect(stale.status).toBe(409);
      expect(stale.body).toMatchObject({ revision: saved.revision });
      expect((await owner.ask(flowSchema, 200, 'GET', path)).name).toBe('First');
    });
  });

  it('answers a message with what was uploaded', async () => {
    const base = await owner.ask(knowledgeBaseSchema, 201, 'POST', '/api/v1/knowledge-bases', {
      name: 'Shop',
    });
    const path = `/api/v1/knowledge-bases/${base.id}`;
    const text =
      'Opening hours: the shop is open from Tuesday to Saturday, 10:00 to 18:30.\n\nParking is free.';
    const document = { title: 'About the shop', text };
    const stored = await owner.ask(documentSchema, 201, 'POST', `${path}/documents`, document);
    expect(stored.chunkCount).toBeGreaterThan(0);
    const found = await owner.ask(
      z.object({ items: z.array(passageSchema) }),
      200,
      'POST',
      `${path}/search`,
      {
        query: 'opening hours',
        limit: 3,
      },
    );
    expect(found.items[0]?.text).toContain('Tuesday to Saturday');

    const flow = await owner.publish('FAQ', knowledgeFlow(base.id));
    const message = await owner.message('What are your opening hours?', 'ines');
    const execution = await owner.untilHandled(flow.id, message, 'succeeded');
    const answer = execution.steps.find(({ nodeId }) => nodeId === 'answer');
    expect(answer).toMatchObject({ usage: { model: 'builtin' }, output: { grounded: true } });
    const sent = await waitUntil('the message in the timeline', async () =>
      (await owner.timeline()).find(({ author, to }) => author === 'account' && to?.id === message.from.id),
    );
    expect(sent.text).toContain('10:00 to 18:30');
    await owner.unpublish(flow.id);
  });

  it('shows what a dry run would do, and does nothing', async () => {
    const comment = await owner.comment('Nobody answers this one');
    const flow = await owner.draft('Dry', replyFlow('Hello @{{ trigger.from.username }}'));
    const event = { kind: 'comment', comment: { id: comment.id, text: comment.text }, from: comment.from };
    const execution = await owner.untilStatus(await owner.run(flow.id, { dryRun: true, event }), 'succeeded');
    expect(execution).toMatchObject({ mode: 'test', dryRun: true });
    expect(JSON.stringify(execution.steps)).toContain(`Hello @${comment.from.username}`);
    expect(await owner.answersTo(comment.id)).toEqual([]);
  });

  it('describes its API', async () => {
    const { body } = await call(installation.url, 'GET', '/api/openapi.json');
    const document = z
      .object({ openapi: z.string(), paths: z.record(z.string(), z.record(z.string(), z.unknown())) })
      .parse(body);
    expect(document.openapi).toMatch(/^3\.1/);
    const calls = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(calls).toEqual(expect.arrayContaining(PROMISED_CALLS));
    expect((await call(installation.url, 'GET', '/api/docs')).status).toBe(200);
  });
});

const PROMISED_CALLS = [
  'GET /healthz',
  'GET /readyz',
  'GET /metrics',
  'GET /node-types',
  'GET /api/v1/node-types',
  ...['setup', 'api-keys', 'flows', 'accounts', 'knowledge-bases'].map((name) => `POST /api/v1/${name}`),
  ...['setup', 'flows', 'executions', 'approvals', 'accounts', 'knowledge-bases', 'sandbox/timeline'].map(
    (name) => `GET /api/v1/${name}`,
  ),
  ...['GET', 'PUT', 'DELETE'].map((method) => `${method} /api/v1/flows/{id}`),
  ...['publish', 'unpublish', 'run', 'versions/{n}/restore'].map((name) => `POST /api/v1/flows/{id}/${name}`),
  'GET /api/v1/flows/{id}/versions',
  'GET /api/v1/executions/{id}',
  ...['cancel', 'retry', 'replay'].map((name) => `POST /api/v1/executions/{id}/${name}`),
  ...['approve', 'reject'].map((name) => `POST /api/v1/approvals/{id}/${name}`),
  ...['documents', 'search'].map((name) => `POST /api/v1/knowledge-bases/{id}/${name}`),
  ...['comments', 'messages'].map((name) => `POST /api/v1/sandbox/${name}`),
  'POST /api/v1/ws-ticket',
  ...['GET', 'POST'].flatMap((method) => [
    `${method} /webhooks/instagram`,
    `${method} /webhooks/instagram/{flowId}`,
  ]),
];

function knowledgeFlow(knowledgeBase: string) {
  return chain([
    { id: 'message', type: 'trigger.message' },
    { id: 'lookup', type: 'knowledge.lookup', config: { knowledgeBase } },
    { id: 'answer', type: 'ai.reply', config: { passages: '{{ steps.lookup.output.passages }}' } },
    { id: 'send', type: 'instagram.send_message', config: { text: '{{ steps.answer.output.text }}' } },
  ]);
}

/** One error of each kind: a cycle, an unknown type, a bad config, a template that points downstream. */
function brokenGraph() {
  const graph = chain([
    { id: 'comment', type: 'trigger.comment' },
    {
      id: 'early',
      type: 'instagram.reply_to_comment',
      config: { text: '{{ steps.wait.output.waitedUntil }}' },
    },
    { id: 'wait', type: 'logic.delay', config: { amount: -1 } },
    { id: 'stranger', type: 'vendor.unheard_of' },
    { id: 'first', type: 'logic.merge' },
    { id: 'second', type: 'logic.merge' },
  ]);
  graph.edges.push({ id: 'back', source: 'second', target: 'first' });
  return graph;
}
