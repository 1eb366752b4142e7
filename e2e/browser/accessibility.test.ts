import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
    await expectNothing(page, name);
    await page.context().close();
  });

  it('in the phone, whatever is open in it', async () => {
    const page = await open('canvas');
    await page.getByRole('button', { name: 'Skip the first steps' }).click();
    const phone = page.getByRole('complementary', { name: 'Sandbox phone' });
    const check = async (opener: RegExp | string, role: 'menu' | 'dialog') => {
      await phone.getByRole('button', { name: opener }).last().click();
      await page.getByRole(role).waitFor();
      await expectNothing(page, `${opener}`);
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

/** The theme follows the system, as it does for people who chose none; themes differ in nothing but colours. */
async function expectNothing(page: Page, where: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    // The second frame is drawn with what the first one's listeners changed.
    await page.evaluate(
      () => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))),
    );
    const axe = new AxeBuilder({ page }).options({ resultTypes: ['violations'] });
    if (colorScheme === 'dark') axe.withRules(['color-contrast']);
    const { violations } = await axe.analyze();
    const found = violations.map(({ id, nodes }) => ({
      id,
      at: nodes.map(({ html }) => html.slice(0, 200)),
    }));
    expect(found, `${where}, ${colorScheme}`).toEqual([]);
  }
}
