import { fireEvent, screen, waitFor } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import type { Retention, RetentionCounts } from '../../server/contract/shapes.ts';
import { fakeApi } from '../testing/fake-api.ts';
import { renderPage } from '../testing/render-page.tsx';
import { RetentionForm } from './retention-form.tsx';

const NOTHING: RetentionCounts = {
  executions: 0,
  failedExecutions: 0,
  events: 0,
  messages: 0,
  comments: 0,
  sandboxItems: 0,
  auditEntries: 0,
};
const RETENTION: Retention = {
  settings: {
    executionsDays: 90,
    failedExecutionsDays: 180,
    eventsDays: 30,
    messagesDays: 365,
    auditDays: null,
  },
  preview: NOTHING,
  stored: [],
  lastRun: null,
};

async function openForm() {
  const api = fakeApi({
    'POST /api/v1/settings/retention/preview': () => ({ ...NOTHING, executions: 7 }),
    'PUT /api/v1/settings/retention': ({ body }) => ({ ...RETENTION, settings: body }),
  });
  await renderPage(<RetentionForm retention={RETENTION} />);
  return { saved: () => api.calls.filter(({ method }) => method === 'PUT').map(({ body }) => body) };
}

const write = (field: string, text: string) =>
  fireEvent.change(screen.getByLabelText(field), { target: { value: text } });
const save = () => fireEvent.click(screen.getByRole('button', { name: 'Save' }));

describe('the form of retention', () => {
  it('says what a change would remove, and asks before it is saved', async () => {
    const { saved } = await openForm();
    write('Runs', '10');
    await screen.findByText('7 rows would go now.');
    save();
    await screen.findByText(/can’t be undone/);
    expect(saved()).toEqual([]);
    fireEvent.click(screen.getByRole('button', { name: 'Save and remove' }));
    await waitFor(() => expect(saved()).toEqual([{ ...RETENTION.settings, executionsDays: 10 }]));
  });

  it('asks nothing where things are kept longer', async () => {
    const { saved } = await openForm();
    write('Runs', '100');
    fireEvent.click(screen.getByRole('checkbox', { name: 'Keep for ever: Events' }));
    save();
    await waitFor(() =>
      expect(saved()).toEqual([{ ...RETENTION.settings, executionsDays: 100, eventsDays: null }]),
    );
  });

  it('takes an empty field for a mistake, not for ever', async () => {
    const { saved } = await openForm();
    write('Events', '');
    expect(screen.getByText(/from 3 to 3,650/)).toBeTruthy();
    save();
    write('Events', '31');
    save();
    await waitFor(() => expect(saved()).toEqual([{ ...RETENTION.settings, eventsDays: 31 }]));
  });
});
