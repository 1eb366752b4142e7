import { AxeBuilder } from '@axe-core/playwright';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browserMissing, launchBrowser, openPage } from '../support/browser.ts';
import type { Replygraph } from '../support/replygraph.ts';
import { startReplygraph } from '../support/replygraph.ts';
import { fillInstallation } from './filled-installation.ts';

const missing = browserMissing();
if (missing) console.warn(`Accessibility ${missing}`);

describe.skipIf(missing !== null).each(['light', 'dark'] as const)(
  'axe in the %s theme finds nothing',
  (colorScheme) => {
    let browser: Browser;
    let replygraph: Replygraph;
    let paths: Record<string, string>;
    let cookies: Awaited<ReturnType<typeof fillInstallation>>['cookies'];

    beforeAll(async () => {
      replygraph = await startReplygraph();
      browser = await launchBrowser();
      ({ paths, cookies } = await fillInstallation(replygraph.url));
    });

    afterAll(async () => {
      await browser?.close();
      await replygraph?.remove();
    });

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
      'knowledge',
      'accounts',
      'settings',
      'data',
    ])('on the page %s', async (name) => {
      const page = await openPage(browser, { colorScheme });
      if (name !== 'login') await page.context().addCookies(cookies);
      await page.goto(replygraph.url + paths[name]);
      await page.locator('main').waitFor();
      await page.waitForLoadState('networkidle');
      const { violations } = await new AxeBuilder({ page }).analyze();
      await page.context().close();
      expect(
        violations.map(({ id, nodes }) => ({ id, at: nodes.map((node) => node.html.slice(0, 200)) })),
      ).toEqual([]);
    });
  },
);
