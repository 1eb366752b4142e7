import { QueryClientProvider } from '@tanstack/react-query';
import { useState } from 'react';
import { RouterProvider } from 'react-router/dom';
import { Toaster } from 'sonner';
import { createQueryClient } from '../api/queries.ts';
import { TooltipProvider } from '../ui/tooltip.tsx';
import { createRouter } from './router.tsx';
import { useTheme } from './theme.ts';

/** The whole editor. */
export function App() {
  const [queryClient] = useState(createQueryClient);
  const [router] = useState(createRouter);
  const theme = useTheme();
  return (
    <QueryClientProvider client={queryClient}>
      <TooltipProvider delayDuration={300}>
        <RouterProvider router={router} />
        <Toaster theme={theme} position="bottom-right" closeButton toastOptions={{ duration: 6_000 }} />
      </TooltipProvider>
    </QueryClientProvider>
  );
}
