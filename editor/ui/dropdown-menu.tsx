import { Check } from 'lucide-react';
import { DropdownMenu as Radix } from 'radix-ui';
import type { ComponentProps, ReactNode } from 'react';
import { cn } from './cn.ts';
import { Kbd } from './kbd.tsx';
import { dangerItemStyle, menuItemStyle, menuStyle } from './menu-style.ts';

export const DropdownMenu = Radix.Root;
export const DropdownMenuTrigger = Radix.Trigger;
export const DropdownMenuGroup = Radix.Group;
export const DropdownMenuRadioGroup = Radix.RadioGroup;

export type DropdownMenuContentProps = ComponentProps<typeof Radix.Content> & {
  /** Where it stands in the document; default: at its end. */
  container?: HTMLElement | null;
};

export function DropdownMenuContent({ className, container, ...rest }: DropdownMenuContentProps) {
  return (
    <Radix.Portal container={container}>
      <Radix.Content sideOffset={4} collisionPadding={8} className={cn(menuStyle, className)} {...rest} />
    </Radix.Portal>
  );
}

export type DropdownMenuItemProps = ComponentProps<typeof Radix.Item> & {
  icon?: ReactNode;
  shortcut?: string;
  isDangerous?: boolean;
};

export function DropdownMenuItem({
  className,
  icon,
  shortcut,
  isDangerous,
  children,
  asChild,
  ...rest
}: DropdownMenuItemProps) {
  const style = cn(menuItemStyle, isDangerous && dangerItemStyle, className);
  if (asChild) {
    return (
      <Radix.Item asChild className={style} {...rest}>
        {children}
      </Radix.Item>
    );
  }
  return (
    <Radix.Item className={style} {...rest}>
      {icon}
      <span className="min-w-0 flex-1 truncate">{children}</span>
      {shortcut && <Kbd className="ml-3">{shortcut}</Kbd>}
    </Radix.Item>
  );
}

export function DropdownMenuRadioItem({
  className,
  children,
  ...rest
}: ComponentProps<typeof Radix.RadioItem>) {
  return (
    <Radix.RadioItem className={cn(menuItemStyle, 'pl-8', className)} {...rest}>
      <Radix.ItemIndicator className="absolute left-3">
        <Check aria-hidden />
      </Radix.ItemIndicator>
      {children}
    </Radix.RadioItem>
  );
}

export function DropdownMenuLabel({ className, ...rest }: ComponentProps<typeof Radix.Label>) {
  return <Radix.Label className={cn('px-2 py-1 text-xs text-muted-foreground', className)} {...rest} />;
}

export function DropdownMenuSeparator() {
  return <Radix.Separator className="-mx-1 my-1 h-px bg-border" />;
}
