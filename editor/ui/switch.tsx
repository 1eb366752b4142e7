import { Switch as Radix } from 'radix-ui';
import type { ComponentProps } from 'react';
import { cn } from './cn.ts';
import { Tooltip } from './tooltip.tsx';

export type SwitchProps = ComponentProps<typeof Radix.Root> & {
  /** Why it can't be used. It stays focusable, so that the reason can be read. */
  disabledReason?: string | undefined;
};

/** On or off, at once. Needs a label. */
export function Switch({ className, disabledReason, onCheckedChange, ...rest }: SwitchProps) {
  const control = (
    <Radix.Root
      className={cn(
        'relative inline-flex h-5 w-9 shrink-0 items-center rounded-full border border-input bg-muted transition-colors duration-100 disabled:opacity-55 aria-disabled:opacity-55 data-[state=checked]:border-primary data-[state=checked]:bg-primary',
        className,
      )}
      {...rest}
      {...(disabledReason === undefined
        ? onCheckedChange && { onCheckedChange }
        : { 'aria-disabled': true, onClick: (event) => event.preventDefault() })}
    >
      <Radix.Thumb className="block size-3.5 translate-x-0.5 rounded-full bg-input transition-transform duration-100 data-[state=checked]:translate-x-4.5 data-[state=checked]:bg-primary-foreground" />
    </Radix.Root>
  );
  return disabledReason === undefined ? control : <Tooltip text={disabledReason}>{control}</Tooltip>;
}
