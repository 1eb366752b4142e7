import type { ComponentType } from 'react';
import type { RouteObject } from 'react-router';
import { createBrowserRouter, redirect } from 'react-router';
import { RouteErrorPage, UnknownPage } from './error-pages.tsx';
import { Shell } from './shell.tsx';

/** Every page is loaded when it is first opened. */
const page = (path: string, load: () => Promise<ComponentType>, children?: RouteObject[]): RouteObject => ({
  path,
  lazy: async () => ({ Component: await load() }),
  ...(children && { children }),
});

/** What an admin sets about AI: pages within the settings. */
const aiPages = [
  { index: true, loader: () => redirect('/settings/ai/models') },
  page('models', () => import('../settings/ai/models-page.tsx').then((module) => module.ModelsPage)),
  page('tasks', () => import('../settings/ai/tasks-page.tsx').then((module) => module.TasksPage)),
  page('budget', () => import('../settings/ai/budget-page.tsx').then((module) => module.BudgetPage)),
  page('usage', () => import('../settings/ai/usage-page.tsx').then((module) => module.UsagePage)),
  page('guardrails', () =>
    import('../settings/ai/guardrails-page.tsx').then((module) => module.GuardrailsPage),
  ),
];

const flowEditor = () => import('../canvas/flow-editor-page.tsx').then((module) => module.FlowEditorPage);

/** Nothing flashes while the first page loads. */
const NothingYet = () => null;

export function createRouter() {
  return createBrowserRouter([
    {
      ErrorBoundary: RouteErrorPage,
      HydrateFallback: NothingYet,
      children: [
        page('/setup', () => import('../setup/setup-page.tsx').then((module) => module.SetupPage)),
        page('/login', () => import('../setup/login-page.tsx').then((module) => module.LoginPage)),
        {
          Component: Shell,
          children: [
            {
              ErrorBoundary: RouteErrorPage,
              children: [
                { path: '/', loader: () => redirect('/flows') },
                page('/flows', () => import('../flows/flows-page.tsx').then((module) => module.FlowsPage)),
                page('/flows/:id', flowEditor),
                page('/flows/:id/executions', flowEditor),
                page('/executions', () =>
                  import('../executions/executions-page.tsx').then((module) => module.ExecutionsPage),
                ),
                page('/executions/:id', () =>
                  import('../run-view/execution-page.tsx').then((module) => module.ExecutionPage),
                ),
                page('/inbox', () => import('../inbox/inbox-page.tsx').then((module) => module.InboxPage)),
                page('/knowledge', () =>
                  import('../knowledge/knowledge-page.tsx').then((module) => module.KnowledgePage),
                ),
                page('/knowledge/:id', () =>
                  import('../knowledge/knowledge-page.tsx').then((module) => module.KnowledgePage),
                ),
                page('/accounts', () =>
                  import('../accounts/accounts-page.tsx').then((module) => module.AccountsPage),
                ),
                page('/accounts/:id', () =>
                  import('../accounts/account-page.tsx').then((module) => module.AccountPage),
                ),
                page(
                  '/settings',
                  () => import('../settings/settings-page.tsx').then((module) => module.SettingsPage),
                  [
                    page(
                      'ai',
                      () => import('../settings/ai/ai-settings.tsx').then((module) => module.AiSettings),
                      aiPages,
                    ),
                  ],
                ),
                { path: '*', Component: UnknownPage },
              ],
            },
          ],
        },
      ],
    },
  ]);
}
