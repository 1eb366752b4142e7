import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browserMissing, launchBrowser, openPage } from '../support/browser.ts';
import type { Replygraph } from '../support/replygraph.ts';
import { startReplygraph } from '../support/replygraph.ts';

const missing = browserMissing();
if (missing) console.warn(`Browser journey ${missing}`);

const OWNER = { name: 'Ann', email: 'ann@example.com', password: 'correct horse' };
const COMMENT = 'Love this!';
const REPLY = 'So glad you like it, @mia!';

describe.skipIf(missing !== null)('from an empty installation to an automatic reply, by mouse', () => {
  let browser: Browser;
  let replygraph: Replygraph;
  let page: Page & { errors: string[] };

  beforeAll(async () => {
    replygraph = await startReplygraph();
    browser = await launchBrowser();
    page = await openPage(browser, { width: 1600, height: 900 });
  });

  afterAll(async () => {
    await browser?.close();
    await replygraph?.remove();
  });

  it('sets up the first account and lands in the ready flow with the phone beside it', async () => {
    await page.goto(replygraph.url);
    await page.getByRole('textbox', { name: 'Name' }).fill(OWNER.name);
    await page.getByRole('textbox', { name: 'E-mail' }).fill(OWNER.email);
    await page.getByRole('textbox', { name: 'Password' }).fill(OWNER.password);
    await page.getByRole('button', { name: 'Create account' }).click();
    await page.getByRole('textbox', { name: 'Name of the flow' }).waitFor();
    expect(await page.getByRole('textbox', { name: 'Name of the flow' }).inputValue()).toBe(
      'Comment auto-reply',
    );
    await page.getByPlaceholder('Comment as @mia').waitFor();
    await page.getByText('Publish the flow').waitFor();
  });

  it('builds a flow from the palette by mouse', async () => {
    await page.goto(`${replygraph.url}/flows`);
    await page.getByRole('button', { name: 'New flow', exact: true }).click();
    await page.getByRole('application', { name: 'Flow canvas' }).waitFor();
    await dismissCoach(page);

    await dragFromPalette(page, 'New comment', { x: 140, y: 300 });
    await dragFromPalette(page, 'Reply to comment', { x: 425, y: 300 });
    await dragBetween(page, 'New comment output out', 'Reply to comment input');
    await page
      .getByRole('img', { name: 'New comment (out) → Reply to comment' })
      .waitFor({ state: 'attached' });

    await page.getByRole('group', { name: 'Reply to comment' }).click();
    const text = page.getByRole('textbox', { name: 'Reply' });
    await text.click();
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.insertText('So glad you like it, @{{ trigger.from.username }}!');
    await page.getByText('Saved', { exact: true }).waitFor();
  });

  it('publishes it', async () => {
    await page.getByRole('button', { name: 'Publish', exact: true }).click();
    await page.getByText('Live, version 1').waitFor();
  });

  it('answers a comment of a follower, in the phone and in the live log', async () => {
    if (!(await page.getByPlaceholder('Comment as @mia').isVisible())) {
      await page.getByRole('button', { name: 'Show the sandbox phone' }).click();
    }
    await page.getByPlaceholder('Comment as @mia').fill(COMMENT);
    await page.keyboard.press('Enter');
    await page.getByText(`your_brand ${REPLY}`).waitFor();
    await page.getByText('Succeeded').first().waitFor();
    await page
      .getByRole('button', { name: `@mia: ${COMMENT}` })
      .first()
      .waitFor();
  });

  it('has the history after a kill -9 and a restart', async () => {
    await replygraph.kill();
    await replygraph.restart();
    await page.goto(`${replygraph.url}/executions`);
    await page
      .getByRole('link', { name: new RegExp(`@mia: ${COMMENT}`) })
      .first()
      .click();
    await page.waitForURL(/\/executions\/[0-9a-f-]{36}/);
    await page.getByText('Succeeded').first().waitFor();
    await page.getByText('Reply to comment').first().waitFor();
    await page.goto(`${replygraph.url}/flows`);
    await page.getByText('Comment auto-reply').waitFor();
  });

  it('meets no error of a script on the way', () => {
    expect(page.errors).toEqual([]);
  });
});

async function dismissCoach(page: Page): Promise<void> {
  const close = page.getByRole('button', { name: 'Skip the first steps' });
  if (await close.isVisible()) await close.click();
}

/** Drags a node type onto the canvas; `to` is in pixels from the canvas's corner. */
async function dragFromPalette(page: Page, type: string, to: { x: number; y: number }): Promise<void> {
  const canvas = page.getByRole('application', { name: 'Flow canvas' });
  await page
    .getByRole('navigation', { name: 'Steps' })
    .getByRole('button', { name: type, exact: true })
    .dragTo(canvas, { targetPosition: to });
  await page.getByRole('group', { name: type }).waitFor();
}

async function dragBetween(page: Page, from: string, to: string): Promise<void> {
  const source = await centreOf(page, from);
  const target = await centreOf(page, to);
  await page.mouse.move(source.x, source.y);
  await page.mouse.down();
  await page.mouse.move((source.x + target.x) / 2, (source.y + target.y) / 2, { steps: 5 });
  await page.mouse.move(target.x, target.y, { steps: 5 });
  await page.mouse.up();
}

async function centreOf(page: Page, name: string): Promise<{ x: number; y: number }> {
  const box = await page.getByRole('button', { name, exact: true }).boundingBox();
  if (!box) throw new Error(`"${name}" is not to be seen`);
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}
