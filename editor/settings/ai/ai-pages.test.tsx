import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import type { AiConnection, AiProviderName, AiSettings, AiUsage } from '../../../server/contract/ai.ts';
import type { AiGuardrails } from '../../../server/contract/ai-guardrails.ts';
import { fakeApi, problem } from '../../testing/fake-api.ts';
import { renderPage } from '../../testing/render-page.tsx';
import { BudgetPage } from './budget-page.tsx';
import { GuardrailsPage } from './guardrails-page.tsx';
import { ModelsPage } from './models-page.tsx';
import { TASKS } from './router-draft.ts';
import { TasksPage } from './tasks-page.tsx';

const connection = (provider: AiProviderName, more: Partial<AiConnection> = {}): AiConnection => ({
  provider,
  source: null,
  hasKey: false,
  isKeyReadable: true,
  hasEnvironment: false,
  baseUrl: null,
  updatedAt: null,
  ...more,
});
const route = {
  model: null,
  maxTokens: 512,
  fallback: null,
  answeredBy: 'builtin',
  problem: null,
  thinkingTokens: 0,
  defaultMaxTokens: 512,
};
const SETTINGS: AiSettings = {
  router: {
    provider: null,
    tasks: Object.fromEntries(TASKS.map((task) => [task, route])) as AiSettings['router']['tasks'],
  },
  budget: { dailyUsd: 5, whenUsedUp: 'builtin' },
  prices: {
    own: { 'compatible:m': { inputUsd: 1, outputUsd: 2 } },
    defaults: { 'openai:gpt-5': { inputUsd: 1.25, outputUsd: 10 } },
    asOf: '2026-03',
    source: 'example.com/prices',
    unknownModel: { inputUsd: 5, outputUsd: 25 },
  },
};
const USAGE: AiUsage = {
  today: { day: '2026-03-09', spentUsd: 4.5, reservedUsd: 0.1, dailyUsd: 5, whenUsedUp: 'builtin' },
  cache: { hits: 0, answers: 0, hitRate: null },
  byDay: [],
  byTask: [],
  byModel: [],
};
const GUARDRAILS: AiGuardrails = {
  blockedPhrases: ['spam'],
  allowedDomains: [],
  neverPromise: [],
  confidenceThreshold: 0.7,
  moderateTexts: true,
  modes: { default: 'send', byIntent: {} },
};
const READ = {
  'GET /api/v1/ai/connections': () => ({
    items: [connection('openai'), connection('google', { source: 'environment', hasEnvironment: true })],
  }),
  'GET /api/v1/ai/settings': () => SETTINGS,
  'GET /api/v1/ai/usage': () => USAGE,
  'GET /api/v1/ai/guardrails': () => GUARDRAILS,
};

const button = (name: string | RegExp) => screen.getByRole('button', { name });
const changes = (calls: { method: string; body: unknown }[]) =>
  calls.filter(({ method }) => method !== 'GET').map(({ body }) => body);

describe('models and keys', () => {
  it('say what is wrong with a provider, in words', async () => {
    fakeApi({
      ...READ,
      'POST /api/v1/ai/connections/google/test': () => ({
        isGood: false,
        model: 'google:gemini-2.5-flash',
        latencyMs: 12,
        problem: { about: 'key', code: 'model_key_refused', message: 'Google refuses the key.' },
      }),
    });
    await renderPage(<ModelsPage />);
    fireEvent.click(await screen.findByRole('button', { name: 'Test Google' }));
    await screen.findByText('The key is the problem.');
    screen.getByText(/Google refuses the key/);
    expect(screen.queryByRole('button', { name: 'Test OpenAI' })).toBeNull();
  });

  it('send a key once and forget it', async () => {
    const { calls } = fakeApi({
      ...READ,
      'PUT /api/v1/ai/connections/openai': () => connection('openai', { source: 'workspace', hasKey: true }),
    });
    const { client } = await renderPage(<ModelsPage />);
    fireEvent.click(await screen.findByRole('button', { name: 'Add key for OpenAI' }));
    fireEvent.change(screen.getByLabelText('API key'), { target: { value: ' sk-secret ' } });
    fireEvent.click(button('Save'));
    fireEvent.click(button('Save'));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(changes(calls)).toEqual([{ apiKey: 'sk-secret', baseUrl: null }]);
    expect(document.body.innerHTML).not.toContain('sk-secret');
    expect(client.getMutationCache().getAll()).toEqual([]);
  });

  it('show the field that the server refuses', async () => {
    fakeApi({
      ...READ,
      'PUT /api/v1/ai/connections/openai': () =>
        problem(400, 'No.', { errors: [{ path: 'baseUrl', message: 'An address begins with https://.' }] }),
    });
    await renderPage(<ModelsPage />);
    fireEvent.click(await screen.findByRole('button', { name: 'Add key for OpenAI' }));
    fireEvent.click(button('Save'));
    await screen.findByText('An address begins with https://.');
    expect(screen.getByLabelText(/Address/).getAttribute('aria-invalid')).toBe('true');
  });
});

describe('tasks', () => {
  it('are saved with what differs from the defaults, and only when it is complete', async () => {
    const { calls } = fakeApi({ ...READ, 'PUT /api/v1/ai/settings': () => SETTINGS });
    await renderPage(<TasksPage />);
    const tokens = await screen.findByLabelText('Most tokens for Plans');
    fireEvent.change(tokens, { target: { value: '' } });
    screen.getByText('A whole number from 16 to 32,000.');
    fireEvent.click(button('Save'));
    fireEvent.change(tokens, { target: { value: '900' } });
    fireEvent.click(button('Save'));
    await waitFor(() =>
      expect(changes(calls)).toEqual([
        { router: { provider: null, tasks: { plan: { model: null, maxTokens: 900, fallback: null } } } },
      ]),
    );
  });

  it('put the server’s messages at their fields', async () => {
    fakeApi({
      ...READ,
      'PUT /api/v1/ai/settings': () =>
        problem(400, 'No.', { errors: [{ path: 'router.tasks.plan.maxTokens', message: 'Too many.' }] }),
    });
    await renderPage(<TasksPage />);
    const tokens = await screen.findByLabelText('Most tokens for Plans');
    fireEvent.change(tokens, { target: { value: '900' } });
    fireEvent.click(button('Save'));
    await screen.findByText('Too many.');
    expect(tokens.getAttribute('aria-invalid')).toBe('true');
  });
});

describe('the budget', () => {
  it('shows what is spent, and keeps a draft while the page hears of other changes', async () => {
    let budget = SETTINGS.budget;
    fakeApi({ ...READ, 'GET /api/v1/ai/settings': () => ({ ...SETTINGS, budget }) });
    const { client } = await renderPage(<BudgetPage />);
    await screen.findByText('$4.50 of $5.00');
    const daily = screen.getByLabelText<HTMLInputElement>('Daily budget');
    fireEvent.change(daily, { target: { value: '7' } });
    budget = { ...budget, dailyUsd: 3 };
    await client.refetchQueries({ queryKey: ['ai', 'settings'] });
    expect(daily.value).toBe('7');
    fireEvent.click(button('Discard changes'));
    await waitFor(() => expect(daily.value).toBe('3'));
  });

  it('leaves a price of ours to the default, or takes it away', async () => {
    const { calls } = fakeApi({ ...READ, 'PUT /api/v1/ai/settings': () => SETTINGS });
    await renderPage(<BudgetPage />);
    fireEvent.click(await screen.findByRole('button', { name: 'Remove the price of compatible:m' }));
    fireEvent.click(within(screen.getByRole('alertdialog')).getByRole('button', { name: 'Remove price' }));
    await waitFor(() => expect(changes(calls)).toEqual([{ prices: {} }]));
  });
});

describe('guardrails', () => {
  it('take a phrase by Enter, and what was typed when the field is left', async () => {
    const { calls } = fakeApi({ ...READ, 'PUT /api/v1/ai/guardrails': ({ body }) => body });
    await renderPage(<GuardrailsPage />);
    const field = await screen.findByRole('textbox', { name: 'Blocked word or phrase' });
    fireEvent.change(field, { target: { value: 'cheapest in town' } });
    fireEvent.keyDown(field, { key: 'Enter' });
    fireEvent.change(field, { target: { value: 'guaranteed' } });
    fireEvent.blur(field);
    fireEvent.click(button('Save'));
    await waitFor(() =>
      expect(changes(calls)).toMatchObject([{ blockedPhrases: ['spam', 'cheapest in town', 'guaranteed'] }]),
    );
  });

  it('ask before they are left with changes', async () => {
    fakeApi(READ);
    const { router } = await renderPage(<GuardrailsPage />);
    fireEvent.click(await screen.findByRole('button', { name: 'Remove spam' }));
    void router.navigate('/elsewhere');
    fireEvent.click(within(await screen.findByRole('alertdialog')).getByRole('button', { name: 'Cancel' }));
    expect(screen.queryByText('elsewhere')).toBeNull();
    void router.navigate('/elsewhere');
    fireEvent.click(await screen.findByRole('button', { name: 'Leave without saving' }));
    await screen.findByText('elsewhere');
  });
});

it('a viewer reads all and changes nothing', async () => {
  fakeApi(READ);
  await renderPage(
    <>
      <ModelsPage />
      <TasksPage />
      <GuardrailsPage />
    </>,
    { role: 'viewer' },
  );
  await screen.findByText('spam');
  await screen.findByLabelText('Most tokens for Plans');
  for (const name of [/^Add key for OpenAI/, /^Test Google/]) {
    expect((await screen.findByRole('button', { name })).getAttribute('aria-disabled')).toBe('true');
  }
  for (const save of screen.getAllByRole('button', { name: 'Save' })) {
    expect(save.getAttribute('aria-disabled')).toBe('true');
  }
  expect(screen.getByLabelText('Most tokens for Plans').hasAttribute('readonly')).toBe(true);
  expect(screen.queryByRole('button', { name: 'Remove spam' })).toBeNull();
});
