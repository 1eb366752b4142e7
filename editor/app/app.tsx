import { QueryClientProvider } from '@tanstack/react-query';
import type { CSSProperties } from 'react';
import { useState } from 'react';
import { RouterProvider } from 'react-router/dom';
import { Toaster } from 'sonner';
import { createQueryClient } from '../api/queries.ts';
import { TooltipProvider } from '../ui/tooltip.tsx';
import { createRouter } from './router.tsx';
import { useTheme } from './theme.ts';

/** The theme's colours instead of the library's own. */
const TOAST_COLORS = {
  '--normal-bg': 'var(--color-popover)',
  '--normal-text': 'var(--color-popover-foreground)',
  '--normal-border': 'var(--color-border)',
  '--border-radius': '8px',
} as CSSProperties;

/** The whole editor. */
export function App() {
  const [queryClient] = useState(createQueryClient);
  const [router] = useState(createRouter);
  const theme = useTheme();
  return (
    <QueryClientProvider client={queryClient}>
      <TooltipProvider delayDuration={300}>
        <RouterProvider router={router} />
        <Toaster
          theme={theme}
          position="bottom-right"
          closeButton
          style={TOAST_COLORS}
          toastOptions={{ duration: 6_000, classNames: { description: 'whitespace-pre-line' } }}
        />
      </TooltipProvider>
    </QueryClientProvider>
  );
}
