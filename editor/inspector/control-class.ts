/** How the form's inputs look: those of the browser, so that every one of them works with keyboard and screen reader. */
export const controlClass =
  'h-8 w-full rounded-md border border-input bg-background px-2 text-sm text-foreground outline-none transition-colors placeholder:text-muted-foreground focus-within:border-ring focus-visible:border-ring focus-visible:ring-2 focus-visible:ring-ring/40 focus-within:ring-2 focus-within:ring-ring/40 aria-invalid:border-destructive disabled:opacity-60';
