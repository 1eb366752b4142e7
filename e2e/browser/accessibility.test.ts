import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeFindings } from '../support/axe.ts';
import { browserMissing, launchBrowser, openPage } from '../support/browser.ts';
import type { FilledInstallation } from './filled-installation.ts';
import { startFilledInstallation } from './filled-installation.ts';

const missing = browserMissing();
if (missing) console.warn(`Accessibility ${missing}`);

describe.skipIf(missing !== null)('axe finds nothing, in the light and the dark theme,', () => {
  let browser: Browser;
  let installation: FilledInstallation;

  beforeAll(async () => {
    installation = await startFilledInstallation();
    browser = await launchBrowser();
  });

  afterAll(async () => {
    await browser?.close();
    await installation?.remove();
  });

  async function open(name: string): Promise<Page> {
    const page = await openPage(browser);
    if (name !== 'login') await page.context().addCookies(installation.cookies);
    await page.goto(installation.url + installation.paths[name]);
    await page.locator('main').waitFor();
    await page.waitForLoadState('networkidle');
    return page;
  }

  it.each([
    'login',
    'flows',
    'canvas',
    'flowRuns',
    'pausedCanvas',
    'runs',
    'failedRuns',
    'run',
    'inbox',
    'escalations',
    'knowledge',
    'accounts',
    'account',
    'sandboxAccount',
    'settings',
    'data',
    'aiModels',
    'aiTasks',
    'aiBudget',
    'aiUsage',
    'aiGuardrails',
  ])('on the page %s', async (name) => {
    const page = await open(name);
    expect(await axeFindings(page)).toEqual([]);
    await page.context().close();
  });

  it('in the phone, whatever is open in it', async () => {
    const page = await open('canvas');
    await page.getByRole('button', { name: 'Skip the first steps' }).click();
    const phone = page.getByRole('complementary', { name: 'Sandbox phone' });
    const check = async (opener: RegExp | string, role: 'menu' | 'dialog') => {
      await phone.getByRole('button', { name: opener }).last().click();
      await page.getByRole(role).waitFor();
      expect(await axeFindings(page), `${opener}`).toEqual([]);
      await page.keyboard.press('Escape');
      await page.getByRole(role).waitFor({ state: 'detached' });
    };
    await check('More a follower can do', 'menu');
    await check(/^Write as @/, 'dialog');
    await check('Instagram’s moods', 'dialog');

    await phone.getByRole('tab', { name: 'Messages' }).click();
    await phone.getByRole('textbox', { name: /^Message as @/ }).fill('Hello');
    await page.keyboard.press('Enter');
    await phone.getByRole('list', { name: 'Messages' }).getByText('Hello').waitFor();
    await check('More a follower can do', 'menu');
    await check(/^What to do with/, 'menu');
    await page.context().close();
  });
});
