import { cn } from '../ui/cn.ts';

/** White text on each is at least 4.5:1. */
const COLORS = ['#7c3aed', '#b8246f', '#0b7069', '#1d5fd1', '#a3450b', '#14753d'];

/** A person's first letter in a circle of their colour. */
export function Avatar({ username, className }: { username: string; className?: string }) {
  const sum = [...username].reduce((total, letter) => total + letter.charCodeAt(0), 0);
  return (
    <span
      aria-hidden
      style={{ backgroundColor: COLORS[sum % COLORS.length] }}
      className={cn(
        'flex size-7 shrink-0 items-center justify-center rounded-full text-xs font-semibold text-white uppercase',
        className,
      )}
    >
      {username.slice(0, 1)}
    </span>
  );
}
