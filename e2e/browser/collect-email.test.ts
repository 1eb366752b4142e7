import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contactSchema } from '../../server/contract/conversations.ts';
import { pageOf } from '../../server/contract/shapes.ts';
import { browserMissing, launchBrowser, openPage, signIn } from '../support/browser.ts';
import type { Owner } from '../support/owner.ts';
import { setUpOwner } from '../support/owner.ts';
import type { Replygraph } from '../support/replygraph.ts';
import { startReplygraph } from '../support/replygraph.ts';

const missing = browserMissing();
if (missing) console.warn(`Collecting an e-mail address ${missing}`);

const COMMENT = 'Can I have the GUIDE, please?';
const OTHER_COMMENT = 'What a lovely morning!';
const OFFER = /Hi mia! 👋 I have the guide for you/;
const QUESTION = /Which e-mail address shall I send it to/;
const CORRECTION = /that does not look like an e-mail address/;
const LINK = /https:\/\/example\.com\/guide\?for=mia%40example\.com/;

/** What ran, in the order of the flow, and the branches that did not. */
const STEPS = [
  ['Comment with a keyword', 'succeeded'],
  ['Offer the guide', 'succeeded'],
  ['Wait for an answer', 'succeeded'],
  ['Ask for the e-mail address', 'succeeded'],
  ['Tag as subscriber', 'succeeded'],
  ['Send the link', 'succeeded'],
  ['Send it anyway', 'skipped'],
  ['Hand over', 'skipped'],
  ['Tag for later', 'skipped'],
];

describe.skipIf(missing !== null)('from a comment with a keyword to an e-mail address, in the phone', () => {
  let browser: Browser;
  let replygraph: Replygraph;
  let owner: Owner;
  let page: Page & { errors: string[] };
  let phone: Locator;
  let flowId: string;

  beforeAll(async () => {
    replygraph = await startReplygraph();
    owner = await setUpOwner(replygraph.url);
    browser = await launchBrowser();
    page = await openPage(browser, { width: 1600, height: 900 });
    phone = page.getByRole('complementary', { name: 'Sandbox phone' });
    await signIn(page, replygraph.url);
  });

  afterAll(async () => {
    await browser?.close();
    await replygraph?.remove();
  });

  /** What stands in the messages, once the last of it is this. */
  async function untilWritten(text: RegExp): Promise<string[]> {
    const messages = phone.getByRole('list', { name: 'Messages' }).getByRole('listitem');
    await messages.last().filter({ hasText: text }).waitFor();
    return messages.evaluateAll((items) => items.map((item) => item.dataset.author ?? ''));
  }

  async function write(text: string): Promise<void> {
    await phone.getByRole('textbox', { name: 'Message as @mia' }).fill(text);
    await page.keyboard.press('Enter');
  }

  it('opens the template and publishes it', async () => {
    await page.getByRole('button', { name: 'Templates', exact: true }).click();
    await page.getByRole('button', { name: 'Use Collect e-mail addresses' }).click();
    await page.waitForURL(/\/flows\/[0-9a-f-]{36}/);
    flowId = new URL(page.url()).pathname.split('/').at(-1) ?? '';
    await page.getByRole('button', { name: 'Publish', exact: true }).click();
    await page.getByText('Live, version 1').waitFor();
  });

  it('answers a comment with the keyword by message, and no other', async () => {
    if (!(await phone.isVisible()))
      await page.getByRole('button', { name: 'Show the sandbox phone' }).click();
    const comments = phone.getByRole('list', { name: 'Comments' });
    for (const text of [OTHER_COMMENT, COMMENT]) {
      await phone.getByRole('textbox', { name: 'Comment as @mia' }).fill(text);
      await page.keyboard.press('Enter');
      await comments.getByText(text).waitFor();
    }
    await comments.getByRole('button', { name: 'Answered by message' }).waitFor();
    expect(await comments.getByRole('button', { name: 'Answered by message' }).count()).toBe(1);

    await phone.getByRole('tab', { name: 'Messages 1 unread' }).click();
    expect(await untilWritten(OFFER)).toEqual(['account']);
    await phone.getByText('Private reply to a comment').waitFor();
    await owner.untilOnlyExecution(flowId, 'waiting');
  });

  it('goes on after kill -9 while it waits, on the page that stayed open', async () => {
    await replygraph.kill();
    await replygraph.restart();
    await write('Yes, please');
    expect(await untilWritten(QUESTION)).toEqual(['account', 'follower', 'account']);
  });

  it('asks again for an address that is none', async () => {
    await write('just bring it to my house');
    expect((await untilWritten(CORRECTION)).slice(3)).toEqual(['follower', 'account']);
  });

  it('sends the link to who gave an address', async () => {
    await write('ok, it is mia@example.com');
    expect((await untilWritten(LINK)).slice(5)).toEqual(['follower', 'account']);
  });

  it('shows every step that ran, and what was answered', async () => {
    await page.goto(`${replygraph.url}/executions`);
    await page.getByRole('link', { name: COMMENT }).click();
    await page.waitForURL(/\/executions\/[0-9a-f-]{36}/);
    await page.locator('header').getByText('Succeeded').waitFor();
    const steps = page.getByRole('complementary', { name: 'Steps' }).getByRole('list').first();
    const shown = await steps
      .getByRole('button')
      .evaluateAll((buttons) =>
        buttons.map((button) => [
          button.querySelector('.truncate')?.textContent,
          button.querySelector('[data-status]')?.getAttribute('data-status'),
        ]),
      );
    expect(new Map(shown as [string, string][])).toEqual(new Map(STEPS as [string, string][]));

    await steps.getByRole('button', { name: 'Ask for the e-mail address' }).click();
    await page.getByRole('tabpanel', { name: 'Output' }).getByText('mia@example.com').first().waitFor();
  });

  it('keeps the address and the tag, and started nothing else', async () => {
    const { items } = await owner.ask(pageOf(contactSchema), 200, 'GET', '/api/v1/contacts?search=mia');
    expect(items).toMatchObject([{ username: 'mia', tags: ['newsletter'] }]);
    expect(items[0]?.fields).toEqual({ email: 'mia@example.com' });
    await owner.untilOnlyExecution(flowId, 'succeeded');
  });

  it('meets no error of a script on the way', () => {
    expect(page.errors).toEqual([]);
  });
});
