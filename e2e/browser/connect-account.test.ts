import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LoginStub, StubAccount } from '../../server/instagram-login/testing/login-stub.ts';
import { startLoginStub } from '../../server/instagram-login/testing/login-stub.ts';
import { axeFindings } from '../support/axe.ts';
import { browserMissing, launchBrowser, openPage } from '../support/browser.ts';
import { call, SETUP } from '../support/owner.ts';
import type { Replygraph } from '../support/replygraph.ts';
import { startReplygraph } from '../support/replygraph.ts';

const missing = browserMissing();
if (missing) console.warn(`Connecting an account ${missing}`);

const SHOP: StubAccount = { externalId: '17841400000000021', username: 'the.shop', pageId: 'page-21' };

describe.skipIf(missing !== null)('a marketer connects an account', () => {
  let stub: LoginStub;
  let replygraph: Replygraph;
  let browser: Browser;
  let page: Page & { errors: string[] };

  beforeAll(async () => {
    stub = await startLoginStub();
    replygraph = await startReplygraph(stub.environment);
    browser = await launchBrowser();
    const setup = await call(replygraph.url, 'POST', '/api/v1/setup', { body: SETUP });
    page = await openPage(browser);
    await page.addInitScript(() => localStorage.setItem('replygraph.coach', '3'));
    const pairs = setup.headers.getSetCookie().map((line) => line.split(';')[0]?.split('=') ?? []);
    const cookies = pairs.map(([name = '', ...value]) => ({
      name,
      value: value.join('='),
      url: replygraph.url,
    }));
    await page.context().addCookies(cookies);
  });
  afterAll(async () => {
    await browser?.close();
    await replygraph?.remove();
    await stub?.close();
  });

  async function signIn(decision: 'Allow' | 'Cancel'): Promise<void> {
    await page.goto(`${replygraph.url}/accounts`);
    await page.getByRole('button', { name: 'Connect account' }).click();
    await page.getByRole('menuitem', { name: 'Sign in with Instagram' }).click();
    await page.getByRole('link', { name: decision }).click();
  }

  it('who says no finds everything as it was', async () => {
    stub.person.accounts = [SHOP];
    await signIn('Cancel');
    await page.getByText('You did not allow the connection').waitFor();
    await page.getByRole('button', { name: 'Close this message' }).click();
    expect(await page.getByText('the.shop').count()).toBe(0);
    expect(new URL(page.url()).search).toBe('');
  });

  it('who says yes sees what is done and what is missing', async () => {
    stub.person.refusedPermissions = ['instagram_business_manage_insights'];
    await signIn('Allow');
    await page.getByRole('heading', { name: '@the.shop' }).waitFor();
    await page.getByText('Flows answer for the account from now on.').waitFor();
    await page.getByText('off without it: figures').waitFor();

    await page.getByRole('button', { name: 'Test events' }).click();
    await page.getByText('A test event arrived.').waitFor();
    await page.getByText('The address answers Meta’s question.').waitFor();

    await page.getByRole('button', { name: 'Check now' }).click();
    await page.getByText('3 / 100').waitFor();
    expect(await axeFindings(page)).toEqual([]);
  });

  it('who loses the login is told everywhere, and connects again', async () => {
    stub.answerWith('/graph/me', {
      status: 401,
      body: { error: { message: 'The password was changed.', code: 190 } },
    });
    await page.getByRole('button', { name: 'Check now' }).click();
    await page.getByText('@the.shop has to sign in again').first().waitFor();
    stub.answerWith('/graph/me', null);

    const bell = page.getByRole('button', { name: /^News 1 unread$/ });
    await bell.click();
    await page.getByRole('dialog', { name: 'News' }).getByText('The password was changed.').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.keyboard.press('Escape');

    await page.goto(`${replygraph.url}/accounts`);
    await page.getByText('@the.shop has to sign in again').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole('link', { name: 'See what to do' }).click();
    await page.getByRole('button', { name: 'Connect again' }).click();
    await page.getByRole('link', { name: 'Allow' }).click();
    await page.getByText('Flows answer for the account from now on.').waitFor();
    await page.getByRole('button', { name: 'News', exact: true }).waitFor();
    expect(await page.getByText('has to sign in again').count()).toBe(0);
    expect(page.errors).toEqual([]);
  });
});
