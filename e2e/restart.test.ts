import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { chain, replyFlow } from './support/graphs.ts';
import type { Installation } from './support/installation.ts';
import { describeShapes, startInstallation } from './support/installation.ts';
import type { Owner } from './support/owner.ts';
import { call, SETUP, setUpOwner } from './support/owner.ts';

const EXAMPLE_NODES = fileURLToPath(new URL('../examples/custom-nodes', import.meta.url));

describeShapes('a restart', (shape) => {
  let installation: Installation;
  let owner: Owner;
  beforeAll(async () => {
    installation = await startInstallation(shape);
    owner = await setUpOwner(installation.url);
  });
  afterAll(() => installation.remove());

  async function everything() {
    const lists = ['flows', 'executions', 'knowledge-bases', 'accounts', 'approvals', 'sandbox/timeline'];
    const answers = await Promise.all(lists.map((name) => owner.call('GET', `/api/v1/${name}`)));
    return Object.fromEntries(lists.map((name, index) => [name, answers[index]?.body]));
  }

  it.each(['SIGTERM', 'kill -9'])('after %s keeps everything, and works on', async (how) => {
    const flow = await owner.publish(`Before ${how}`, replyFlow('Hello {{ trigger.from.username }}'));
    const comment = await owner.comment(`Before ${how}`, 'lena');
    const before = await owner.untilHandled(flow.id, comment, 'succeeded');
    const base = { name: `Base of ${how}` };
    const { id } = await owner.ask(
      z.object({ id: z.string() }),
      201,
      'POST',
      '/api/v1/knowledge-bases',
      base,
    );
    const document = { title: 'Text', text: 'The answer is forty-two.' };
    await owner.ask(z.unknown(), 201, 'POST', `/api/v1/knowledge-bases/${id}/documents`, document);
    const kept = await everything();

    if (how === 'SIGTERM') expect(await installation.stop()).toEqual(installation.processes.map(() => 0));
    else await installation.kill();
    await installation.start();

    expect(await everything()).toEqual(kept);
    expect(await owner.execution(before.id)).toEqual(before);
    const search = await owner.call('POST', `/api/v1/knowledge-bases/${id}/search`, { query: 'answer' });
    expect(search.body).toMatchObject({ items: [{ text: 'The answer is forty-two.' }] });
    const after = await owner.comment(`After ${how}`, 'tom');
    await owner.untilHandled(flow.id, after, 'succeeded');
    expect((await owner.answersTo(after.id)).map(({ text }) => text)).toEqual(['Hello tom']);
    expect(await owner.answersTo(comment.id)).toHaveLength(1);
    await owner.unpublish(flow.id);
  });

  it('lets people in with the password of before, and no second owner', async () => {
    const { email, password } = SETUP;
    const login = await call(installation.url, 'POST', '/api/v1/login', { body: { email, password } });
    expect(login.status, login.text).toBeLessThan(300);
    expect((await call(installation.url, 'POST', '/api/v1/setup', { body: SETUP })).status).toBe(409);
  });

  it('with something under way ends within seconds, and goes on with it', async () => {
    const flow = await owner.publish('Under way', waitingFlow());
    const comment = await owner.comment('Take your time');
    await owner.untilHandled(flow.id, comment, 'waiting');
    expect(await installation.stop()).toEqual(installation.processes.map(() => 0));
    await installation.start();
    await owner.untilHandled(flow.id, comment, 'succeeded');
    expect(await owner.answersTo(comment.id)).toHaveLength(1);
    await owner.unpublish(flow.id);
  });
});

describeShapes('custom nodes', (shape) => {
  let folder: string;
  let installation: Installation;
  let owner: Owner;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'replygraph-custom-nodes-'));
    await cp(EXAMPLE_NODES, folder, { recursive: true });
    await writeFile(join(folder, 'broken-syntax.ts'), 'export class { this is no TypeScript');
    await writeFile(join(folder, 'broken-import.ts'), `import 'a-package-that-nobody-has';`);
    installation = await startInstallation(shape, { CUSTOM_NODES_DIR: folder });
    owner = await setUpOwner(installation.url);
  });
  afterAll(async () => {
    await installation.remove();
    await rm(folder, { recursive: true, force: true });
  });

  it('stand in the palette beside the built-in ones', async () => {
    const item = z.object({ type: z.string(), category: z.string(), icon: z.string() });
    for (const path of ['/node-types', '/api/v1/node-types']) {
      const items = await owner.ask(z.array(item), 200, 'GET', path);
      const types = items.map(({ type }) => type);
      expect(types).toContain('shop.discount_code');
      expect(types).toContain('instagram.reply_to_comment');
    }
  });

  it('that can not be loaded are reported, each with its file', () => {
    for (const process of installation.processes) {
      expect(process.output()).toContain('broken-syntax.ts');
      expect(process.output()).toContain('broken-import.ts');
      expect(process.output()).toContain('a-package-that-nobody-has');
      expect(process.output()).not.toContain('discount-code.ts');
    }
  });

  it('run in a flow', async () => {
    const flow = await owner.publish('Discount', discountFlow());
    const comment = await owner.comment('Give me a code');
    const execution = await owner.untilHandled(flow.id, comment, 'succeeded');
    const code = execution.steps.find(({ nodeId }) => nodeId === 'code');
    expect(code).toMatchObject({ output: { code: expect.stringMatching(/^SUMMER-[A-Z2-9]{6}$/) } });
    const { code: text } = z.object({ code: z.string() }).parse(code?.output);
    expect((await owner.answersTo(comment.id)).map((item) => item.text)).toEqual([`Your code: ${text}`]);
  });
});

function waitingFlow() {
  return chain([
    { id: 'comment', type: 'trigger.comment' },
    { id: 'pause', type: 'logic.delay', config: { amount: 2, unit: 'seconds' } },
    { id: 'reply', type: 'instagram.reply_to_comment', config: { text: 'There you are' } },
  ]);
}

function discountFlow() {
  const text = 'Your code: {{ steps.code.output.code }}';
  return chain([
    { id: 'comment', type: 'trigger.comment' },
    { id: 'code', type: 'shop.discount_code', config: { prefix: 'SUMMER' } },
    { id: 'reply', type: 'instagram.reply_to_comment', config: { text } },
  ]);
}
