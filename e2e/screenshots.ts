import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import type { FilledInstallation } from './browser/filled-installation.ts';
import { startFilledInstallation } from './browser/filled-installation.ts';
import { launchBrowser, openPage } from './support/browser.ts';

/** `npm run screenshots`: makes the pictures of the README from a running installation, in both themes. */
const FOLDER = fileURLToPath(new URL('../docs/images/', import.meta.url));

await mkdir(FOLDER, { recursive: true });
const installation = await startFilledInstallation();
const browser = await launchBrowser();
try {
  for (const theme of ['light', 'dark'] as const) await takePictures(browser, installation, theme);
} finally {
  await browser.close();
  await installation.remove();
}

async function takePictures(
  browser: Browser,
  { url, paths, cookies, call }: FilledInstallation,
  theme: 'light' | 'dark',
): Promise<void> {
  const page = await openPage(browser, { colorScheme: theme, width: 1600, height: 900 });
  await page.addInitScript(() => localStorage.setItem('replygraph.coach', '3'));
  await page.context().addCookies(cookies);
  const save = (name: string) => ({ path: `${FOLDER}${name}-${theme}.png` });

  await page.goto(url + paths.canvas);
  const canvas = page.getByRole('application', { name: 'Flow canvas' });
  await canvas.getByRole('group', { name: 'Thank them' }).waitFor();
  await page.waitForLoadState('networkidle');
  await page.screenshot(save('canvas'));

  const text = `So pretty, I want one in every colour! (${theme})`;
  await call('POST', '/api/v1/sandbox/comments', { text, username: 'mia' });
  await page
    .getByRole('button', { name: /So pretty/ })
    .first()
    .waitFor();
  await page.getByText('Succeeded').first().waitFor();
  await page.screenshot(save('live'));

  const phone = page.getByRole('complementary', { name: 'Sandbox phone' });
  await phone.screenshot(save('phone'));
  await page.context().close();
}
