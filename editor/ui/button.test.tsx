import { fireEvent, screen } from '@testing-library/react';
import { expect, it, vi } from 'vitest';
import { renderPage } from '../testing/render-page.tsx';
import { Button, IconButton } from './button.tsx';

it.each([
  [
    'a button',
    (onClick: () => void) => (
      <Button disabledReason="Admins only" onClick={onClick}>
        Remove
      </Button>
    ),
  ],
  [
    'an icon button',
    (onClick: () => void) => <IconButton label="Remove" disabledReason="Admins only" onClick={onClick} />,
  ],
])('%s with a reason is announced as disabled, keeps the focus and does nothing', async (_what, draw) => {
  const onClick = vi.fn();
  await renderPage(draw(onClick));
  const button = screen.getByRole('button', { name: 'Remove' });
  expect(button.getAttribute('aria-disabled')).toBe('true');
  button.focus();
  expect(document.activeElement).toBe(button);
  fireEvent.click(button);
  expect(onClick).not.toHaveBeenCalled();
});

it('an icon button without a reason works', async () => {
  const onClick = vi.fn();
  await renderPage(<IconButton label="Remove" onClick={onClick} />);
  const button = screen.getByRole('button', { name: 'Remove' });
  expect(button.getAttribute('aria-disabled')).toBeNull();
  fireEvent.click(button);
  expect(onClick).toHaveBeenCalledOnce();
});
