import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FakeOpenAi } from '../../server/ai/testing/fake-openai.ts';
import { startFakeOpenAi } from '../../server/ai/testing/fake-openai.ts';
import { axeFindings } from '../support/axe.ts';
import { browserMissing, launchBrowser, openPage, signIn } from '../support/browser.ts';
import { setUpOwner } from '../support/owner.ts';
import type { Replygraph } from '../support/replygraph.ts';
import { startReplygraph } from '../support/replygraph.ts';

const missing = browserMissing();
if (missing) console.warn(`The settings of AI ${missing}`);

const KEY = 'sk-of-the-workspace';
const MODEL = 'compatible:fake-small';
const PROVIDER = 'OpenAI-compatible server';

describe.skipIf(missing !== null)('an admin sets up AI', () => {
  let fake: FakeOpenAi;
  let replygraph: Replygraph;
  let browser: Browser;
  let page: Page & { errors: string[] };

  beforeAll(async () => {
    fake = await startFakeOpenAi();
    fake.always({ kind: 'text', pieces: ['OK'] });
    // A server on this machine can be named by the environment alone.
    replygraph = await startReplygraph({ COMPATIBLE_BASE_URL: fake.url });
    await setUpOwner(replygraph.url);
    browser = await launchBrowser();
    page = await openPage(browser);
    await signIn(page, replygraph.url);
  });
  afterAll(async () => {
    await browser?.close();
    await replygraph?.remove();
    fake?.close();
  });

  const openPart = (name: string) =>
    page.getByRole('navigation', { name: 'Pages of AI' }).getByRole('link', { name }).click();
  const save = async (done: string) => {
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText(done).first().waitFor();
  };
  const chooseModel = async (button: string | RegExp, model: string) => {
    await page.getByRole('button', { name: button }).click();
    const picker = page.getByRole('dialog');
    await picker.getByRole('option', { name: 'fake-large' }).waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await picker.getByRole('combobox').fill('small');
    await page.getByRole('option', { name: model }).click();
  };

  it('finds it from the settings, by a link of before and by the palette', async () => {
    await page.goto(`${replygraph.url}/settings`);
    await page.getByRole('tab', { name: 'AI', exact: true }).click();
    await page.waitForURL('**/settings/ai/models');
    await page.goto(`${replygraph.url}/settings?tab=models`);
    await page.waitForURL('**/settings/ai/models');
    await page.getByRole('heading', { name: PROVIDER }).waitFor();
    await page.keyboard.press('ControlOrMeta+k');
    await page.getByRole('combobox', { name: 'Search and commands' }).fill('guardrails');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/settings/ai/guardrails');
  });

  it('gives a provider a key and tests it', async () => {
    await openPart('Models and keys');
    const card = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: PROVIDER }) });
    await card.getByText('From the environment').waitFor();
    await page.getByRole('button', { name: `Add key for ${PROVIDER}` }).click();
    const dialog = page.getByRole('dialog', { name: PROVIDER });
    await dialog.getByRole('textbox', { name: /^Address/ }).fill('http://127.0.0.1:9/v1');
    await dialog.getByLabel('API key').fill(KEY);
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByText(/not a public internet address/).waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await dialog.getByRole('textbox', { name: /^Address/ }).fill('');
    await dialog.getByRole('button', { name: 'Save' }).dblclick();
    await dialog.waitFor({ state: 'detached' });
    await card.getByText('Own key', { exact: true }).waitFor();

    await chooseModel(`Model to test of ${PROVIDER}: Choose a model`, 'fake-small');
    await page.getByRole('button', { name: `Test ${PROVIDER}` }).click();
    await card.getByText(`It works: ${MODEL} answered in`).waitFor();
    expect(fake.requests.at(-1)).toMatchObject({ model: 'fake-small', authorization: `Bearer ${KEY}` });

    fake.answer({ kind: 'error', status: 401 });
    await page.getByRole('button', { name: `Test ${PROVIDER}` }).click();
    await card.getByText('The key is the problem.').waitFor();
    expect(await page.content()).not.toContain(KEY);
  });

  it('chooses its model for short replies', async () => {
    await openPart('Tasks');
    await chooseModel('Model for Short replies: Automatic', 'fake-small');
    await page.getByLabel('Most tokens for Short replies').fill('5');
    await page.getByText('A whole number from 16 to 32,000.').waitFor();
    await page.getByLabel('Most tokens for Short replies').fill('300');
    await save('Saved');
    await page.getByText(`Now: ${MODEL} answers.`).waitFor();
  });

  it('sets a budget and a price', async () => {
    await openPart('Budget and prices');
    await page.getByLabel('Daily budget').fill('2.5');
    await page.getByRole('radio', { name: /^A person decides/ }).check();
    await save('Saved');
    await page.getByText('of $2.50').waitFor();

    await page.getByRole('button', { name: 'Add price' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add price' });
    await dialog.getByRole('combobox', { name: 'Model' }).fill(MODEL);
    await dialog.getByRole('button', { name: 'Save' }).click();
    expect(await axeFindings(page)).toEqual([]);
    await dialog.getByLabel('Input').fill('0.5');
    await dialog.getByLabel('Output').fill('1.5');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page
      .getByRole('row', { name: new RegExp(MODEL) })
      .getByText('$1.50')
      .waitFor();
  });

  it('blocks a word, and is asked before it is lost', async () => {
    await openPart('Guardrails');
    await page.getByRole('textbox', { name: 'Blocked word or phrase' }).fill('free forever');
    await page.keyboard.press('Enter');
    await openPart('Usage');
    await page.getByRole('alertdialog').getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('combobox', { name: 'Add an intent' }).fill('refund');
    await page.keyboard.press('Enter');
    await page.getByRole('combobox', { name: 'Mode of refund' }).click();
    await page.getByRole('option', { name: 'C · A person answers' }).click();
    await save('Saved. It holds in all flows');
  });

  it('finds everything again after a reload', async () => {
    const at = (part: string) => page.goto(`${replygraph.url}/settings/ai/${part}`);
    await at('models');
    await page.getByText('Own key', { exact: true }).waitFor();
    await at('tasks');
    await page.getByRole('button', { name: `Model for Short replies: ${MODEL}` }).waitFor();
    expect(await page.getByLabel('Most tokens for Short replies').inputValue()).toBe('300');
    await at('budget');
    expect(await page.getByLabel('Daily budget').inputValue()).toBe('2.5');
    expect(await page.getByRole('radio', { name: /^A person decides/ }).isChecked()).toBe(true);
    await page.getByRole('row', { name: new RegExp(MODEL) }).waitFor();
    await at('guardrails');
    await page.getByRole('listitem').getByText('free forever').waitFor();
    await page.getByRole('combobox', { name: 'Mode of refund' }).getByText('C · A person answers').waitFor();
    await at('usage');
    await page.getByRole('row', { name: new RegExp(`^${MODEL}`) }).waitFor();
    expect(await axeFindings(page)).toEqual([]);
    expect(page.errors).toEqual([]);
  });
});
