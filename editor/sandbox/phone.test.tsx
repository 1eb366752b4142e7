import { screen, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import type { SandboxMoods, SandboxWorld, SandboxWorldItem } from '../../server/contract/sandbox.ts';
import { fakeApi, problem } from '../testing/fake-api.ts';
import { renderPage } from '../testing/render-page.tsx';
import { SandboxPhone } from './phone.tsx';

const BRAND = { id: 'brand', username: 'your_brand' };
const MIA = { id: 'mia-id', username: 'mia' };

const item = (
  fields: Partial<SandboxWorldItem> & Pick<SandboxWorldItem, 'id' | 'text'>,
): SandboxWorldItem => ({
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

/** What the account wrote to mia. */
const message = (fields: Partial<SandboxWorldItem> & Pick<SandboxWorldItem, 'id' | 'text'>) =>
  item({ kind: 'message', author: 'account', from: BRAND, to: MIA, mediaId: null, ...fields });

const MOODS: SandboxMoods = {
  calls: 'none',
  percent: 100,
  nextCalls: null,
  duplicateWebhooks: false,
  reorderWebhooks: false,
};
const WORLD: SandboxWorld = {
  account: BRAND,
  items: [],
  media: [
    { id: 'post', product: 'FEED', caption: 'Blend', commentsAllowed: true, publishedAt: null, urls: [] },
    { id: 'reel', product: 'REELS', caption: 'Latte', commentsAllowed: false, publishedAt: null, urls: [] },
  ],
  activities: [],
  starters: { iceBreakers: [{ question: 'When are you open?', payload: 'HOURS' }], menu: [] },
  moods: MOODS,
};

async function openPhone(
  items: SandboxWorldItem[],
  handlers: Parameters<typeof fakeApi>[0] = {},
  world: Partial<SandboxWorld> = {},
) {
  const api = fakeApi({
    'GET /api/v1/sandbox/timeline': () => ({ ...WORLD, items, ...world }),
    'POST /api/v1/sandbox/events': () => ({ status: 201, body: { id: 'e1' } }),
    ...handlers,
  });
  await renderPage(<SandboxPhone />);
  await screen.findByRole('article', { name: 'Your post' });
  return api;
}

const posted = (calls: { method: string; body: unknown }[]) =>
  calls.filter(({ method }) => method === 'POST').map(({ body }) => body);

describe('the sandbox phone', () => {
  it('nests public replies, marks hidden comments and shows of deleted ones that they were there', async () => {
    await openPhone([COMMENT, REPLY, SPAM, DELETED]);
    const [thread] = within(screen.getByRole('list', { name: 'Comments' })).getAllByRole('listitem');
    expect(within(thread!).getByText('It is 12 €.')).toBeTruthy();
    expect(within(thread!).getByText('Automatic')).toBeTruthy();
    expect(screen.getByText('Hidden by your flow')).toBeTruthy();
    expect(screen.queryByText('Gone')).toBeNull();
    expect(screen.getByText('A comment of mia was deleted')).toBeTruthy();
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

  it('shows each post with its own comments, and where nobody may write', async () => {
    await openPhone([COMMENT, item({ id: 'c5', text: 'Nice reel', mediaId: 'reel' })]);
    const user = userEvent.setup();
    expect(screen.queryByText('Nice reel')).toBeNull();
    screen.getByRole('combobox', { name: 'Post' }).focus();
    await user.keyboard('reel');
    expect(screen.getByText('Nice reel')).toBeTruthy();
    expect(screen.queryByText('How much is it?')).toBeNull();
    expect(screen.getByPlaceholderText('Comments are switched off here')).toBeTruthy();
  });

  it('shows what a message holds, and taps it', async () => {
    const { calls } = await openPhone([
      message({
        id: 'm2',
        text: 'What now?',
        attachments: [
          {
            type: 'buttons',
            buttons: [
              { type: 'url', title: 'Shop', url: 'https://example.com/shop' },
              { type: 'postback', title: 'Talk to us', payload: 'HUMAN' },
            ],
          },
          { type: 'image', url: 'https://example.com/menu.jpg' },
          { type: 'reaction', by: 'account', reaction: 'love', emoji: '❤️' },
        ],
      }),
      message({
        id: 'm3',
        text: 'Which size?',
        attachments: [{ type: 'quick_replies', replies: [{ title: 'Small', payload: 'S' }] }],
      }),
    ]);
    const user = userEvent.setup();
    await user.click(screen.getByRole('tab', { name: /Messages/ }));
    expect(screen.getByText('menu.jpg')).toBeTruthy();
    expect(screen.getByRole('link', { name: /Shop/ }).getAttribute('href')).toBe('https://example.com/shop');
    expect(screen.getByRole('img', { name: 'Your account reacted with ❤️' })).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Talk to us' }));
    await user.click(screen.getByRole('button', { name: 'Small' }));
    expect(posted(calls)).toEqual([
      { username: 'mia', kind: 'button', messageId: 'm2', payload: 'HUMAN' },
      { username: 'mia', kind: 'quick_reply', messageId: 'm3', payload: 'S' },
    ]);
  });

  it('does what a follower can do beside writing', async () => {
    const { calls } = await openPhone([message({ id: 'm2', text: 'Hello' })]);
    const user = userEvent.setup();
    await user.click(screen.getByRole('tab', { name: /Messages/ }));
    const more = async (name: string) => {
      await user.click(screen.getByRole('button', { name: 'More a follower can do' }));
      await user.click(await screen.findByRole('menuitem', { name }));
    };
    await more('Picture');
    await more('When are you open?');
    await more('Answer a story');
    await user.type(screen.getByRole('textbox', { name: /Message as/ }), 'Lovely{Enter}');
    await user.click(screen.getByRole('button', { name: 'What to do with “Hello”' }));
    await user.click(await screen.findByRole('menuitem', { name: 'Heart' }));
    expect(posted(calls)).toEqual([
      { username: 'mia', kind: 'media', media: 'image' },
      { username: 'mia', kind: 'ice_breaker', payload: 'HOURS' },
      { username: 'mia', kind: 'story_reply', text: 'Lovely' },
      { username: 'mia', kind: 'reaction', messageId: 'm2', reaction: 'love' },
    ]);
  });

  it('tells of links and mentions between the messages', async () => {
    const at = '2026-01-01T10:00:00.000Z';
    const activities = [{ id: 'a1', kind: 'referral' as const, username: 'mia', text: 'summer', at }];
    await openPhone([message({ id: 'm2', text: 'Hello' })], {}, { activities });
    await userEvent.click(screen.getByRole('tab', { name: /Messages/ }));
    expect(screen.getByText('@mia opened your ig.me link “summer”')).toBeTruthy();
  });

  it('has Instagram misbehave, and says so', async () => {
    const { calls } = await openPhone([], { 'PUT /api/v1/sandbox/moods': ({ body }) => body });
    const user = userEvent.setup();
    await user.click(screen.getByRole('button', { name: 'Instagram’s moods' }));
    screen.getByRole('combobox', { name: 'Calls' }).focus();
    await user.keyboard('slow');
    await user.click(await screen.findByRole('switch', { name: 'Events arrive twice' }));
    expect(calls.filter(({ method }) => method === 'PUT').map(({ body }) => body)).toEqual([
      { ...MOODS, calls: 'slow' },
      { ...MOODS, calls: 'slow', duplicateWebhooks: true },
    ]);
    await user.keyboard('{Escape}');
    expect(await screen.findByRole('button', { name: 'Instagram is in a bad mood' })).toBeTruthy();
  });
});
