import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render, screen, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { useState } from 'react';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startTranslation } from '../app/translation.ts';
import type { JsonSchema } from './schema.ts';

let form: typeof import('./schema-field.tsx');
let context: typeof import('./form-context.tsx');

beforeAll(async () => {
  await startTranslation('en');
  form = await import('./schema-field.tsx');
  context = await import('./form-context.tsx');
});
afterEach(cleanup);

type FormProps = {
  root: JsonSchema;
  written: { config: Record<string, unknown> };
  errors: Record<string, string>;
};

function TestForm({ root, written, errors }: FormProps) {
  const [value, setValue] = useState(written.config);
  written.config = value;
  return (
    <QueryClientProvider client={new QueryClient()}>
      <context.FormProvider
        value={{
          nodeId: 'node',
          isReadOnly: false,
          fields: [],
          runData: null,
          errorsAt: (path) => (errors[path] ? [errors[path]] : []),
        }}
      >
        <form.ObjectFields schema={root} root={root} path="config" value={value} onChange={setValue} />
      </context.FormProvider>
    </QueryClientProvider>
  );
}

/** Draws the form of a schema; `config()` is what it has written so far. */
function openForm(schema: z.ZodType, initial: Record<string, unknown>, errors: Record<string, string> = {}) {
  const root = z.toJSONSchema(schema, { io: 'input' }) as JsonSchema;
  const written = { config: initial };
  render(<TestForm root={root} written={written} errors={errors} />);
  return { user: userEvent.setup(), config: () => written.config };
}

const labels = z.object({
  labels: z
    .array(z.object({ name: z.string().meta({ title: 'Name', template: false }) }))
    .meta({ title: 'Labels' }),
});

describe('the form of a node', () => {
  it('adds, orders and removes list items', async () => {
    const { user, config } = openForm(labels, { labels: [{ name: 'praise' }] });
    await user.click(screen.getByRole('button', { name: 'Add to Labels' }));
    await user.type(within(screen.getByRole('group', { name: 'Labels 2' })).getByLabelText(/Name/), 'spam');
    expect(config()).toEqual({ labels: [{ name: 'praise' }, { name: 'spam' }] });
    await user.click(screen.getByRole('button', { name: 'Move Labels 2 up' }));
    expect(config()).toEqual({ labels: [{ name: 'spam' }, { name: 'praise' }] });
    await user.click(screen.getByRole('button', { name: 'Remove Labels 1' }));
    expect(config()).toEqual({ labels: [{ name: 'praise' }] });
  });

  it('writes numbers, booleans, choices and tags in their own types', async () => {
    const schema = z.object({
      limit: z.number().int().default(4).meta({ title: 'Limit' }),
      hide: z.boolean().default(true).meta({ title: 'Hide it' }),
      match: z.enum(['any', 'all']).default('any').meta({ title: 'Match' }),
      keywords: z.array(z.string()).default([]).meta({ title: 'Keywords', widget: 'tags' }),
    });
    const { user, config } = openForm(schema, { limit: 4, hide: true, match: 'any', keywords: [] });
    await user.clear(screen.getByLabelText('Limit'));
    await user.type(screen.getByLabelText('Limit'), '12');
    await user.click(screen.getByLabelText('Hide it'));
    await user.selectOptions(screen.getByLabelText('Match'), 'All');
    await user.type(screen.getByLabelText('Keywords'), 'price{Enter}cost,');
    expect(config()).toEqual({ limit: 12, hide: false, match: 'all', keywords: ['price', 'cost'] });
  });

  it('says what is wrong at the field', () => {
    openForm(labels, { labels: [{ name: '' }] }, { 'config.labels[0].name': 'Give it a name.' });
    const field = screen.getByLabelText(/Name/);
    expect(field.getAttribute('aria-invalid')).toBe('true');
    expect(document.getElementById(field.getAttribute('aria-describedby') ?? '')?.textContent).toBe(
      'Give it a name.',
    );
  });

  it('folds advanced fields away, unless one of them has a problem', () => {
    const schema = z.object({ secret: z.boolean().meta({ title: 'Secret', advanced: true }) });
    openForm(schema, {});
    expect(screen.getByText('More settings').closest('details')?.open).toBe(false);
    cleanup();
    openForm(schema, {}, { 'config.secret': 'Needed.' });
    expect(screen.getByText('More settings').closest('details')?.open).toBe(true);
  });

  it('removes an optional value when it is emptied', async () => {
    const schema = z.object({ language: z.string().optional().meta({ title: 'Language', template: false }) });
    const { user, config } = openForm(schema, { language: 'de' });
    await user.clear(screen.getByLabelText('Language'));
    expect(config()).toEqual({});
  });
});
