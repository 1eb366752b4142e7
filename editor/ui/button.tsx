import type { VariantProps } from 'class-variance-authority';
import { cva } from 'class-variance-authority';
import { LoaderCircle } from 'lucide-react';
import { Slot } from 'radix-ui';
import type { ComponentProps } from 'react';
import { cn } from './cn.ts';
import { Tooltip } from './tooltip.tsx';

export const buttonStyle = cva(
  'inline-flex shrink-0 items-center justify-center gap-1.5 rounded-md font-medium whitespace-nowrap transition-colors duration-100 select-none disabled:cursor-not-allowed disabled:opacity-55 aria-disabled:cursor-not-allowed aria-disabled:opacity-55 [&_svg]:size-4 [&_svg]:shrink-0',
  {
    variants: {
      variant: {
        primary: 'bg-primary text-primary-foreground hover:bg-primary-hover',
        secondary: 'border border-border bg-card text-foreground hover:bg-muted',
        ghost: 'text-foreground hover:bg-muted',
        danger: 'bg-destructive text-destructive-foreground hover:opacity-90',
      },
      size: { sm: 'h-7 px-2.5 text-xs', md: 'h-8 px-3 text-sm', icon: 'size-8' },
    },
    defaultVariants: { variant: 'secondary', size: 'md' },
  },
);

export type ButtonProps = ComponentProps<'button'> &
  VariantProps<typeof buttonStyle> & {
    /** Styles its only child (a link) as a button. */
    asChild?: boolean;
    /** Shows that what it started is under way; a second press does nothing. */
    isBusy?: boolean;
    /** Why it can't be used. It stays focusable, so that the reason can be read. */
    disabledReason?: string | undefined;
  };

/** A button; `type="button"` unless said otherwise. */
export function Button(props: ButtonProps) {
  const { className, variant, size, asChild, isBusy = false, disabledReason, children, ...rest } = props;
  const style = cn(buttonStyle({ variant, size }), className);
  if (asChild) {
    return (
      <Slot.Root className={style} {...rest}>
        {children}
      </Slot.Root>
    );
  }
  const isBlocked = isBusy || disabledReason !== undefined;
  const button = (
    <button
      type="button"
      {...rest}
      className={style}
      aria-busy={isBusy || undefined}
      aria-disabled={isBlocked || rest['aria-disabled']}
      onClick={isBlocked ? (event) => event.preventDefault() : rest.onClick}
    >
      {isBusy && <LoaderCircle className="animate-spin" aria-hidden />}
      {children}
    </button>
  );
  return disabledReason === undefined ? button : <Tooltip text={disabledReason}>{button}</Tooltip>;
}

export type IconButtonProps = Omit<ButtonProps, 'asChild' | 'aria-label'> & {
  /** Its name, shown as a tooltip. */
  label: string;
  shortcut?: string;
};

/** A square button with an icon only. */
export function IconButton({ label, shortcut, disabledReason, ...rest }: IconButtonProps) {
  const button = (
    <Button
      variant="ghost"
      size="icon"
      {...rest}
      aria-label={label}
      {...(disabledReason !== undefined && {
        'aria-disabled': true,
        onClick: (event) => event.preventDefault(),
      })}
    />
  );
  return (
    <Tooltip text={disabledReason ?? label} {...(shortcut !== undefined && { shortcut })}>
      {button}
    </Tooltip>
  );
}
