import { fireEvent, screen, waitFor } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import type { ExecutionSummary, Failures } from '../../server/contract/shapes.ts';
import { fakeApi } from '../testing/fake-api.ts';
import { renderPage } from '../testing/render-page.tsx';
import { FailedRuns } from './failed-runs.tsx';

const AS_OF = '2026-01-01T12:00:00.000Z';

const run = (id: string): ExecutionSummary => ({
  id,
  flowId: 'flow',
  flowName: 'Reply',
  flowVersion: 1,
  status: 'failed',
  mode: 'live',
  dryRun: false,
  title: `@mia: ${id}`,
  error: { code: 'instagram_busy', message: 'Instagram is busy.', nodeId: 'reply' },
  createdAt: '2026-01-01T10:00:00.000Z',
  startedAt: null,
  finishedAt: null,
});

const FAILURES: Failures = {
  groups: [
    {
      flowId: 'flow',
      flowName: 'Answers',
      nodeId: 'reply',
      nodeName: 'Reply',
      errorCode: 'instagram_busy',
      message: 'Instagram is busy.',
      count: 1_400,
      firstAt: '2026-01-01T09:00:00.000Z',
      lastAt: '2026-01-01T10:00:00.000Z',
    },
  ],
  total: 1_400,
  isCapped: false,
  asOf: AS_OF,
};

/** The server takes 1,000 of a filter at once. */
async function openFailed(role: 'owner' | 'viewer' = 'owner') {
  const api = fakeApi({
    'GET /api/v1/executions': () => ({ items: [run('one'), run('two')], nextCursor: null }),
    'GET /api/v1/executions/failures': () => FAILURES,
    'POST /api/v1/executions/retry': ({ body }) =>
      JSON.stringify(body).includes('"cursor"')
        ? { retried: 400, skipped: [], nextCursor: null }
        : { retried: 1_000, skipped: [], nextCursor: 'more' },
  });
  await renderPage(<FailedRuns flowId={undefined} />, { role });
  await screen.findByText('Why they failed');
  await screen.findByText('@mia: one');
  return {
    retries: () =>
      api.calls.filter(({ path }) => path === '/api/v1/executions/retry').map(({ body }) => body),
  };
}

const press = (name: string | RegExp) => fireEvent.click(screen.getByRole('button', { name }));
const tick = (name: string) => fireEvent.click(screen.getByRole('checkbox', { name }));

describe('failed runs', () => {
  it('are told by error and step', async () => {
    await openFailed();
    expect(screen.getByText('1400 ×')).toBeTruthy();
    expect(screen.getByText('in “Reply”')).toBeTruthy();
  });

  it('that are ticked are retried after a question, as they stood when the person looked', async () => {
    const { retries } = await openFailed();
    tick('Select @mia: two');
    press('Retry selected');
    expect(screen.getByText(/nothing that was sent is sent again/)).toBeTruthy();
    expect(retries()).toEqual([]);
    press('Retry 1 run');
    await waitFor(() => expect(retries()[0]).toEqual({ ids: ['two'], finishedBefore: AS_OF }));
  });

  it('are all retried, in as many calls as it takes, by the filter', async () => {
    const { retries } = await openFailed();
    tick('Select all 1400 runs');
    press('Retry selected');
    press('Retry 1400 runs');
    await waitFor(() => expect(retries()).toHaveLength(2));
    expect(retries()).toEqual([
      { filter: {}, finishedBefore: AS_OF },
      { filter: {}, finishedBefore: AS_OF, cursor: 'more' },
    ]);
  });

  it('of one cause are retried by its button', async () => {
    const { retries } = await openFailed();
    press(/^Retry 1400 × instagram_busy/);
    press('Retry 1400 runs');
    await waitFor(() => expect(retries()).toHaveLength(2));
    expect(retries()[0]).toMatchObject({
      filter: { flowId: 'flow', errorCode: 'instagram_busy', nodeId: 'reply' },
    });
  });

  it('are none the less looked at by a viewer, who retries nothing', async () => {
    const { retries } = await openFailed('viewer');
    tick('Select @mia: one');
    press('Retry selected');
    expect(screen.queryByRole('alertdialog')).toBeNull();
    expect(retries()).toEqual([]);
  });
});
