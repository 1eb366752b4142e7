import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { render, screen, waitFor } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { beforeAll, expect, it } from 'vitest';
import type { Execution } from '../../server/contract/shapes.ts';
import { keys } from '../api/queries.ts';
import { startTranslation } from '../app/translation.ts';
import { fakeApi } from '../testing/fake-api.ts';
import { SESSION } from '../testing/render-page.tsx';
import { TooltipProvider } from '../ui/tooltip.tsx';

let list: typeof import('./effect-list.tsx');

beforeAll(async () => {
  await startTranslation('en');
  list = await import('./effect-list.tsx');
});

const RUN = '01a1fd2d-8854-7698-a616-2c2437225971';

const executionWith = (status: Execution['effects'][number]['status']): Execution => ({
  id: RUN,
  flowId: RUN,
  flowName: 'Flow',
  flowVersion: 1,
  status: 'failed',
  mode: 'live',
  dryRun: false,
  title: '@mia: Hi',
  error: null,
  createdAt: '2026-01-01T10:00:00.000Z',
  startedAt: null,
  finishedAt: null,
  event: { kind: 'comment', at: '2026-01-01T10:00:00.000Z' },
  graph: { schemaVersion: 1, nodes: [], edges: [] },
  steps: [],
  effects: [
    { nodeId: 'reply', key: 'reply', status, description: 'Reply to comment 1: Thanks!', result: null },
  ],
});

function renderList(status: Execution['effects'][number]['status']) {
  const client = new QueryClient();
  client.setQueryData(keys.session, SESSION);
  render(
    <QueryClientProvider client={client}>
      <TooltipProvider>
        <list.EffectList execution={executionWith(status)} />
      </TooltipProvider>
    </QueryClientProvider>,
  );
}

it.each([
  ['Yes, go on', true],
  ['No, do it now', false],
])('an uncertain effect is settled by "%s"', async (button, happened) => {
  const { calls } = fakeApi({
    [`POST /api/v1/executions/${RUN}/settle-effect`]: () => ({ executionId: RUN }),
  });
  renderList('uncertain');
  await userEvent.click(await screen.findByRole('button', { name: button }));
  await waitFor(() =>
    expect(calls.filter(({ method }) => method === 'POST').map(({ body }) => body)).toEqual([
      { nodeId: 'reply', key: 'reply', happened },
    ]),
  );
});

it('an effect that is done asks nothing', async () => {
  fakeApi({});
  renderList('done');
  expect(await screen.findByText('Reply to comment 1: Thanks!')).toBeTruthy();
  expect(screen.queryByRole('button')).toBeNull();
});
