import { screen, waitFor } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { emptyPage, fakeApi, problem } from '../testing/fake-api.ts';
import { renderPage, SESSION } from '../testing/render-page.tsx';
import { SetupPage } from './setup-page.tsx';

async function openSetup(handlers: Parameters<typeof fakeApi>[0] = {}) {
  const api = fakeApi({ 'GET /api/v1/setup': () => ({ needed: true }), ...handlers });
  const { router } = await renderPage(<SetupPage />);
  return { ...api, router, posts: () => api.calls.filter(({ method }) => method === 'POST') };
}

async function fillIn(values: { name: string; email: string; password: string }) {
  const user = userEvent.setup();
  await user.type(screen.getByLabelText('Name'), values.name);
  await user.type(screen.getByLabelText('E-mail'), values.email);
  await user.type(screen.getByLabelText('Password'), values.password);
  await user.click(screen.getByRole('button', { name: 'Create account' }));
}

const GOOD = { name: 'Anna', email: 'anna@example.com', password: 'correct horse' };

describe('the setup page', () => {
  it('names every field that is missing and asks the server nothing', async () => {
    const { posts } = await openSetup();
    await userEvent.click(screen.getByRole('button', { name: 'Create account' }));
    for (const field of ['Name', 'E-mail', 'Password']) {
      const control = screen.getByLabelText(field);
      expect(control.getAttribute('aria-invalid')).toBe('true');
      const described = control.getAttribute('aria-describedby')?.split(' ').at(-1);
      expect(document.getElementById(described ?? '')?.textContent).not.toBe('');
    }
    expect(posts()).toEqual([]);
  });

  it("shows the server's message at its field", async () => {
    await openSetup({
      'POST /api/v1/setup': () =>
        problem(400, 'Not valid.', { errors: [{ path: 'email', message: 'This address is not accepted.' }] }),
    });
    await fillIn(GOOD);
    expect(await screen.findByText('This address is not accepted.')).toBeTruthy();
    expect(screen.getByLabelText('E-mail').getAttribute('aria-invalid')).toBe('true');
    expect(screen.getByLabelText('Name').getAttribute('aria-invalid')).toBeNull();
  });

  it('opens the ready flow', async () => {
    const { router } = await openSetup({
      'POST /api/v1/setup': () => ({ status: 201, body: SESSION }),
      'GET /api/v1/flows': () => ({
        ...emptyPage,
        items: [
          { id: 'other', name: 'Other' },
          { id: 'ready', name: 'Comment auto-reply' },
        ],
      }),
    });
    await fillIn(GOOD);
    await waitFor(() => expect(router.state.location.pathname).toBe('/flows/ready'));
  });

  it('leads to the login when somebody was faster', async () => {
    await openSetup({ 'POST /api/v1/setup': () => problem(409, 'Setup was done before.') });
    await fillIn(GOOD);
    expect(await screen.findByText('Setup was done before.')).toBeTruthy();
    expect(screen.getByRole('link', { name: 'Go to sign in' })).toBeTruthy();
  });
});
