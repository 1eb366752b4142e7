import { screen, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import type { SandboxItem } from '../../server/contract/shapes.ts';
import { fakeApi, problem } from '../testing/fake-api.ts';
import { renderPage } from '../testing/render-page.tsx';
import { SandboxPhone } from './phone.tsx';

const BRAND = { id: 'brand', username: 'your_brand' };
const MIA = { id: 'mia-id', username: 'mia' };

const item = (fields: Partial<SandboxItem> & Pick<SandboxItem, 'id' | 'text'>): SandboxItem => ({
  kind: 'comment',
  author: 'follower',
  from: MIA,
  to: null,
  parentId: null,
  mediaId: 'post',
  attachments: [],
  isPrivateReply: false,
  hidden: false,
  deleted: false,
  at: '2026-01-01T10:00:00.000Z',
  ...fields,
});

const COMMENT = item({ id: 'c1', text: 'How much is it?' });
const REPLY = item({ id: 'c2', text: 'It is 12 €.', author: 'account', from: BRAND, parentId: 'c1' });
const SPAM = item({ id: 'c3', text: 'Buy followers', hidden: true });
const DELETED = item({ id: 'c4', text: 'Gone', deleted: true });
const PRIVATE = item({
  id: 'm1',
  kind: 'message',
  text: 'Here is your link.',
  author: 'account',
  from: BRAND,
  to: { id: 'mia-id' },
  parentId: 'c1',
  isPrivateReply: true,
});

async function openPhone(items: SandboxItem[], handlers: Parameters<typeof fakeApi>[0] = {}) {
  const api = fakeApi({ 'GET /api/v1/sandbox/timeline': () => ({ account: BRAND, items }), ...handlers });
  await renderPage(<SandboxPhone />);
  await screen.findByRole('article', { name: 'Your post' });
  return api;
}

describe('the sandbox phone', () => {
  it('nests public replies, marks hidden comments and leaves deleted ones out', async () => {
    await openPhone([COMMENT, REPLY, SPAM, DELETED]);
    const [thread] = within(screen.getByRole('list', { name: 'Comments' })).getAllByRole('listitem');
    expect(within(thread!).getByText('It is 12 €.')).toBeTruthy();
    expect(within(thread!).getByText('Automatic')).toBeTruthy();
    expect(screen.getByText('Hidden by your flow')).toBeTruthy();
    expect(screen.queryByText('Gone')).toBeNull();
  });

  it('leads from a comment to its private reply', async () => {
    await openPhone([COMMENT, PRIVATE]);
    await userEvent.click(screen.getByRole('button', { name: 'Answered by message' }));
    expect(screen.getByText('Here is your link.')).toBeTruthy();
    expect(screen.getByText('Private reply to a comment')).toBeTruthy();
  });

  it('writes a comment as the chosen follower and shows it at once', async () => {
    const written = item({ id: 'c9', text: 'Love it', from: { id: 'sam-id', username: 'sam' } });
    const { calls } = await openPhone([], {
      'POST /api/v1/sandbox/comments': () => ({ status: 201, body: written }),
    });
    const user = userEvent.setup();
    await user.click(screen.getByRole('button', { name: /Write as @mia/ }));
    await user.click(screen.getByRole('button', { name: '@sam' }));
    await user.type(screen.getByRole('textbox', { name: 'Comment as @sam' }), 'Love it{Enter}');
    expect(await screen.findByText('Love it')).toBeTruthy();
    expect(calls.find(({ method }) => method === 'POST')?.body).toEqual({ text: 'Love it', username: 'sam' });
    expect(screen.getByRole<HTMLInputElement>('textbox', { name: 'Comment as @sam' }).value).toBe('');
  });

  it('answers in a thread', async () => {
    const { calls } = await openPhone([COMMENT], {
      'POST /api/v1/sandbox/comments': () => ({
        status: 201,
        body: item({ id: 'c9', text: 'And?', parentId: 'c1' }),
      }),
    });
    const user = userEvent.setup();
    await user.click(screen.getByRole('button', { name: 'Reply to mia' }));
    await user.type(screen.getByRole('textbox', { name: /Comment as/ }), 'And?{Enter}');
    await screen.findByText('And?');
    expect(calls.find(({ method }) => method === 'POST')?.body).toMatchObject({ parentId: 'c1' });
  });

  it('keeps what could not be sent and says why', async () => {
    await openPhone([], {
      'POST /api/v1/sandbox/comments': () => problem(404, 'There is no sandbox account.'),
    });
    const box = screen.getByRole<HTMLInputElement>('textbox', { name: /Comment as/ });
    await userEvent.type(box, 'Hello{Enter}');
    expect(await screen.findByText('There is no sandbox account.')).toBeTruthy();
    expect(box.value).toBe('Hello');
  });
});
