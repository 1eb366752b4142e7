import { Check } from 'lucide-react';
import { ContextMenu as Radix } from 'radix-ui';
import type { ComponentProps, ReactNode } from 'react';
import { cn } from './cn.ts';
import { Kbd } from './kbd.tsx';
import { dangerItemStyle, menuItemStyle, menuStyle } from './menu-style.ts';

export const ContextMenu = Radix.Root;
export const ContextMenuTrigger = Radix.Trigger;
export const ContextMenuGroup = Radix.Group;
export const ContextMenuRadioGroup = Radix.RadioGroup;

export function ContextMenuContent({ className, ...rest }: ComponentProps<typeof Radix.Content>) {
  return (
    <Radix.Portal>
      <Radix.Content collisionPadding={8} className={cn(menuStyle, className)} {...rest} />
    </Radix.Portal>
  );
}

export type ContextMenuItemProps = ComponentProps<typeof Radix.Item> & {
  icon?: ReactNode;
  shortcut?: string;
  isDangerous?: boolean;
};

export function ContextMenuItem({
  className,
  icon,
  shortcut,
  isDangerous,
  children,
  asChild,
  ...rest
}: ContextMenuItemProps) {
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

export function ContextMenuRadioItem({
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

export function ContextMenuLabel({ className, ...rest }: ComponentProps<typeof Radix.Label>) {
  return <Radix.Label className={cn('px-2 py-1 text-xs text-muted-foreground', className)} {...rest} />;
}

export function ContextMenuSeparator() {
  return <Radix.Separator className="-mx-1 my-1 h-px bg-border" />;
}
