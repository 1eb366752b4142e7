import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browserMissing, launchBrowser, openPage, signIn } from '../support/browser.ts';
import type { GraphStub } from '../support/graph-stub.ts';
import { startGraphStub } from '../support/graph-stub.ts';
import { replyFlow } from '../support/graphs.ts';
import { APP_SECRET } from '../support/installation.ts';
import type { Owner } from '../support/owner.ts';
import { setUpOwner } from '../support/owner.ts';
import type { Replygraph } from '../support/replygraph.ts';
import { startReplygraph } from '../support/replygraph.ts';
import { commentDelivery, deliver } from '../support/webhook.ts';

const missing = browserMissing();
if (missing) console.warn(`Pause and retry ${missing}`);

const ACCOUNT = '17841400000000008';
const TOKEN = 'access-token-of-the-stub';
const COMMENT = 'Is this still there?';
const REPLY = `You wrote: ${COMMENT}`;
const FAILURES = 3;

describe.skipIf(missing !== null)('pause, resume and retry, by mouse', () => {
  let browser: Browser;
  let replygraph: Replygraph;
  let graph: GraphStub;
  let owner: Owner;
  let page: Page & { errors: string[] };
  let flowId: string;

  beforeAll(async () => {
    graph = await startGraphStub(TOKEN, ACCOUNT);
    replygraph = await startReplygraph({ META_APP_SECRET: APP_SECRET, INSTAGRAM_GRAPH_URL: graph.url });
    owner = await setUpOwner(replygraph.url);
    await owner.connectAccount(ACCOUNT, TOKEN);
    flowId = (await owner.publish('Echo', replyFlow('You wrote: {{ trigger.comment.text }}'))).id;
    browser = await launchBrowser();
    page = await openPage(browser, { width: 1600, height: 900 });
    await signIn(page, replygraph.url);
  });

  afterAll(async () => {
    await browser?.close();
    await replygraph?.remove();
    await graph?.close();
  });

  it('pauses a flow on its canvas', async () => {
    await page.goto(`${replygraph.url}/flows/${flowId}`);
    await page.getByRole('button', { name: 'More about publishing' }).click();
    await page.getByRole('menuitem', { name: 'Pause' }).click();
    await page.getByText('Paused: nothing is waiting').waitFor();
  });

  it('keeps a comment waiting, and says so while it comes', async () => {
    const comment = await owner.comment(COMMENT, 'mia');
    await page.getByText('Paused: 1 event is waiting').waitFor();
    const execution = await owner.untilHandled(flowId, comment, 'queued');
    expect(await owner.answersTo(comment.id)).toEqual([]);
    expect(execution.steps.every(({ status }) => status === 'pending')).toBe(true);

    await page.goto(`${replygraph.url}/flows`);
    const card = page.getByRole('listitem').filter({ hasText: 'Echo' });
    await card.getByText('Paused: 1 event is waiting').waitFor();
  });

  it('answers it when it is resumed', async () => {
    await page.getByRole('button', { name: 'More for Echo' }).click();
    await page.getByRole('menuitem', { name: 'Resume' }).click();
    await page.getByText('Paused: 1 event is waiting').waitFor({ state: 'detached' });
    const [run] = await owner.executions(flowId);
    await owner.untilStatus(run?.id ?? '', 'succeeded');
    expect((await owner.timeline()).filter(({ text }) => text === REPLY)).toHaveLength(1);
  });

  it('shows why runs failed', async () => {
    const refusal = { message: 'Unsupported post request.', type: 'GraphMethodException', code: 100 };
    graph.setMoods(() => ({ kind: 'refuse', status: 400, error: refusal, isPerformed: false }));
    for (let number = 1; number <= FAILURES; number++) {
      const body = commentDelivery(ACCOUNT, { id: `failing-${number}`, text: `failing ${number}` });
      await deliver(`${replygraph.url}/webhooks/instagram/${flowId}`, body);
    }
    await page.goto(`${replygraph.url}/executions?status=failed`);
    await page.getByText(`${FAILURES} ×`).waitFor();
    await page.getByText('in “reply”').waitFor();
  });

  it('retries the selected ones, after it has said what that means', async () => {
    graph.setMoods(null);
    await page.getByRole('checkbox', { name: /Select @mia: failing 1/ }).check();
    await page.getByText('1 selected').waitFor();
    await page.getByRole('button', { name: 'Retry selected' }).click();
    await page.getByText(/nothing that was sent is sent again/).waitFor();
    await page.getByRole('button', { name: 'Retry 1 run' }).click();
    await page.getByText('1 run goes on from its failed step').waitFor();
    await page.getByText(`${FAILURES - 1} ×`).waitFor();
  });

  it('retries all the others at once, each of them once', async () => {
    await page.getByRole('checkbox', { name: `Select all ${FAILURES - 1} runs` }).check();
    await page.getByRole('button', { name: 'Retry selected' }).click();
    await page.getByRole('button', { name: `Retry ${FAILURES - 1} runs` }).click();
    await page.getByText('No failed runs. Good.').waitFor();
    for (const { id } of await owner.executions(flowId)) await owner.untilStatus(id, 'succeeded');
    expect(graph.performed.map(({ target }) => target).toSorted()).toEqual([
      'failing-1',
      'failing-2',
      'failing-3',
    ]);
  });

  it('meets no error of a script on the way', () => {
    expect(page.errors).toEqual([]);
  });
});
