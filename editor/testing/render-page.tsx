import { QueryClientProvider } from '@tanstack/react-query';
import { render } from '@testing-library/react';
import type { ReactElement } from 'react';
import { createMemoryRouter, RouterProvider } from 'react-router';
import type { Session } from '../../server/contract/shapes.ts';
import { createQueryClient, keys } from '../api/queries.ts';
import { startTranslation } from '../app/translation.ts';
import { TooltipProvider } from '../ui/tooltip.tsx';

export const SESSION: Session = {
  user: { id: '0198c0de-0000-7000-8000-000000000001', name: 'Anna', email: 'anna@example.com' },
  workspace: { id: '0198c0de-0000-7000-8000-000000000002', name: 'Shop' },
  role: 'owner',
};

/** Draws a page in English, signed in, with the frame that all pages have; other addresses show a word. */
export async function renderPage(
  page: ReactElement,
  { role = SESSION.role }: { role?: Session['role'] } = {},
) {
  await startTranslation('en');
  const client = createQueryClient();
  client.setDefaultOptions({ queries: { retry: false } });
  client.setQueryData(keys.session, { ...SESSION, role });
  const router = createMemoryRouter([
    { path: '/', element: page },
    { path: '*', element: <p>elsewhere</p> },
  ]);
  render(
    <QueryClientProvider client={client}>
      <TooltipProvider>
        <RouterProvider router={router} />
      </TooltipProvider>
    </QueryClientProvider>,
  );
  return { client, router };
}
