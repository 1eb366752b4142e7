import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';
import type { Approval } from '../../server/contract/shapes.ts';
import { emptyPage, fakeApi, problem } from '../testing/fake-api.ts';
import { renderPage } from '../testing/render-page.tsx';
import { ApprovalQueue } from './approval-queue.tsx';
import { UNDO_MS } from './use-decisions.ts';

const approval = (username: string, expiresAt: string | null): Approval => ({
  id: username,
  flowId: 'flow',
  flowName: 'Prices',
  executionId: 'execution',
  nodeId: 'approval',
  status: 'pending',
  draft: `Hello @${username}`,
  finalText: null,
  reason: null,
  context: { intent: 'question', confidence: 0.87, sources: ['Price list'] },
  event: {
    kind: 'comment',
    at: '2026-01-01T10:00:00.000Z',
    from: { id: username, username },
    comment: { id: 'c', text: `A question of ${username}` },
  },
  createdAt: '2026-01-01T10:00:00.000Z',
  expiresAt,
  decidedAt: null,
  decidedBy: null,
});

const SAM = approval('sam', '2026-01-03T00:00:00.000Z');
const MIA = approval('mia', '2026-01-02T00:00:00.000Z');
const LEA = approval('lea', null);

async function openInbox(handlers: Parameters<typeof fakeApi>[0] = {}, role: 'owner' | 'viewer' = 'owner') {
  const api = fakeApi({
    'GET /api/v1/approvals': () => ({ ...emptyPage, items: [LEA, SAM, MIA] }),
    'POST /api/v1/approvals/mia/approve': () => ({ ...MIA, status: 'approved' }),
    'POST /api/v1/approvals/mia/reject': () => ({ ...MIA, status: 'rejected' }),
    ...handlers,
  });
  await renderPage(<ApprovalQueue />, { role });
  await screen.findByText('@mia');
  const posts = () => api.calls.filter(({ method }) => method === 'POST');
  return { ...api, posts };
}

const press = (key: string) => fireEvent.keyDown(document.body, { key });
const active = () =>
  screen.getAllByRole('listitem').find((item) => item.getAttribute('aria-current') === 'true');

/** The timers of the undo run by hand; those that the library waits with go on. */
const passUndo = () => act(() => vi.advanceTimersByTimeAsync(UNDO_MS));
const holdTime = () =>
  vi.useFakeTimers({ shouldAdvanceTime: true, toFake: ['setTimeout', 'clearTimeout', 'Date'] });

describe('the approval queue', () => {
  it('shows the oldest deadline first, with what the flow knows', async () => {
    await openInbox();
    const names = screen.getAllByRole('heading').map((heading) => heading.textContent);
    expect(names).toEqual(['@mia', '@sam', '@lea']);
    expect(screen.getByText('question')).toBeTruthy();
    expect(screen.getByText('87%')).toBeTruthy();
    expect(screen.getByText('Price list')).toBeTruthy();
  });

  it('moves with j and k', async () => {
    await openInbox();
    press('j');
    expect(within(active()!).getByText('@sam')).toBeTruthy();
    press('k');
    expect(within(active()!).getByText('@mia')).toBeTruthy();
  });

  it('sends an approval only after five seconds', async () => {
    const { posts } = await openInbox();
    holdTime();
    press('a');
    expect(screen.getAllByText(/Approved. It is sent in a moment./).length).toBeGreaterThan(0);
    expect(posts()).toEqual([]);
    await passUndo();
    expect(posts()).toEqual([{ method: 'POST', path: '/api/v1/approvals/mia/approve', body: {} }]);
  });

  it('sends nothing when undone', async () => {
    const { posts } = await openInbox();
    holdTime();
    press('a');
    press('u');
    await passUndo();
    expect(posts()).toEqual([]);
    expect(within(active()!).getByText('@mia')).toBeTruthy();
  });

  it('sends the text as the person changed it', async () => {
    const { posts } = await openInbox();
    const user = userEvent.setup();
    press('e');
    const draft = screen.getByLabelText('Draft');
    expect(document.activeElement).toBe(draft);
    await user.clear(draft);
    await user.type(draft, 'Grüße');
    expect(screen.getByText('7 / 1,000 bytes')).toBeTruthy();
    await user.keyboard('{Escape}');
    holdTime();
    press('a');
    await passUndo();
    expect(posts()[0]?.body).toEqual({ text: 'Grüße' });
  });

  it('rejects with a reason', async () => {
    const { posts } = await openInbox();
    const user = userEvent.setup();
    press('r');
    await user.type(screen.getByLabelText('Reason'), 'Wrong price');
    holdTime();
    fireEvent.click(screen.getByRole('button', { name: 'Reject' }));
    await passUndo();
    expect(posts()).toEqual([
      { method: 'POST', path: '/api/v1/approvals/mia/reject', body: { reason: 'Wrong price' } },
    ]);
  });

  it('says who was faster', async () => {
    await openInbox({
      'POST /api/v1/approvals/mia/approve': () => problem(409, 'Somebody decided before.'),
      'GET /api/v1/approvals/mia': () => ({
        ...MIA,
        status: 'approved',
        decidedBy: 'Ben',
        finalText: 'It is 12 €.',
      }),
    });
    holdTime();
    press('a');
    await passUndo();
    await waitFor(() => expect(screen.getByText('Ben has already approved this.')).toBeTruthy());
    expect(screen.getByText('It is 12 €.')).toBeTruthy();
  });

  it('keeps the decision open when it could not be sent', async () => {
    await openInbox({ 'POST /api/v1/approvals/mia/approve': () => problem(500, 'Something broke.') });
    holdTime();
    press('a');
    await passUndo();
    press('k');
    await waitFor(() => expect(screen.getByText('Something broke.')).toBeTruthy());
  });

  it('lets a viewer decide nothing', async () => {
    const { posts } = await openInbox({}, 'viewer');
    holdTime();
    press('a');
    press('r');
    await passUndo();
    expect(posts()).toEqual([]);
    expect(screen.queryByLabelText('Reason')).toBeNull();
    expect(screen.getByRole('button', { name: 'Approve' }).getAttribute('aria-disabled')).toBe('true');
  });
});
