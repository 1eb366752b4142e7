export const menuStyle =
  'z-60 min-w-44 animate-appear overflow-hidden rounded-lg border border-border bg-popover p-1 text-popover-foreground shadow-raised';

export const menuItemStyle =
  'flex min-h-8 items-center gap-2 rounded-md px-2 py-1 text-sm outline-none select-none data-disabled:opacity-50 data-highlighted:bg-accent data-highlighted:text-accent-foreground [&_svg]:size-4 [&_svg]:shrink-0';

export const dangerItemStyle =
  'text-destructive data-highlighted:bg-destructive data-highlighted:text-destructive-foreground';
