import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { fillInstallation } from './browser/filled-installation.ts';
import { launchBrowser, openPage } from './support/browser.ts';
import { startReplygraph } from './support/replygraph.ts';

/** `npm run screenshots`: makes the pictures of the README from a running installation, in both themes. */
const FOLDER = fileURLToPath(new URL('../docs/images/', import.meta.url));

await mkdir(FOLDER, { recursive: true });
const replygraph = await startReplygraph();
const browser = await launchBrowser();
try {
  const installation = await fillInstallation(replygraph.url);
  for (const theme of ['light', 'dark'] as const) await takePictures(browser, installation, theme);
} finally {
  await browser.close();
  await replygraph.remove();
}

async function takePictures(
  browser: Browser,
  { paths, cookies, call }: Awaited<ReturnType<typeof fillInstallation>>,
  theme: 'light' | 'dark',
): Promise<void> {
  const page = await openPage(browser, { colorScheme: theme, width: 1600, height: 900 });
  await page.addInitScript(() => localStorage.setItem('replygraph.coach', '3'));
  await page.context().addCookies(cookies);
  const save = (name: string) => ({ path: `${FOLDER}${name}-${theme}.png` });

  await page.goto(replygraph.url + paths.canvas);
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
