import type { ComponentProps, ReactNode } from 'react';
import { createContext, useContext } from 'react';
import { DropdownMenu, DropdownMenuContent } from '../ui/dropdown-menu.tsx';

/** The phone's landmark, once it is there. */
export const PhoneElement = createContext<HTMLElement | null>(null);

export type PhoneMenuProps = Omit<ComponentProps<typeof DropdownMenuContent>, 'container' | 'children'> & {
  /** A DropdownMenuTrigger. */
  trigger: ReactNode;
  children: ReactNode;
};

/**
 * A menu that leaves the page around it alive, so that answers still come in and are read out. For that reason it stands
 * inside the phone: beside a living page, everything has to be part of a landmark.
 */
export function PhoneMenu({ trigger, children, ...rest }: PhoneMenuProps) {
  return (
    <DropdownMenu modal={false}>
      {trigger}
      <DropdownMenuContent container={useContext(PhoneElement)} {...rest}>
        {children}
      </DropdownMenuContent>
    </DropdownMenu>
  );
}
