import { Command } from 'cmdk';
import { LogOut, SunMoon, Workflow } from 'lucide-react';
import { Dialog as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { useFlows } from '../api/queries.ts';
import { useFlowActions } from '../flows/flow-actions.ts';
import { cn } from '../ui/cn.ts';
import { overlayStyle, panelStyle } from '../ui/dialog.tsx';
import { Kbd } from '../ui/kbd.tsx';
import { useListedCommands } from './page-commands.ts';
import { AI_PAGES, PAGES } from './pages.ts';
import { chooseTheme, THEMES, useTheme } from './theme.ts';
import { useReadOnlyReason } from './use-read-only.ts';
import { useSignOut } from './user-menu.tsx';

export type CommandPaletteProps = { open: boolean; onOpenChange(open: boolean): void };

/** Every page, flow and action, found by typing. */
export function CommandPalette({ open, onOpenChange }: CommandPaletteProps) {
  const { t } = useTranslation();
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className={overlayStyle} />
        <Radix.Content
          aria-describedby={undefined}
          className={cn(panelStyle, 'top-[12vh] max-w-xl translate-y-0 overflow-hidden')}
        >
          <Radix.Title className="sr-only">{t('palette.open')}</Radix.Title>
          <Commands onDone={() => onOpenChange(false)} />
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

function Commands({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [search, setSearch] = useState('');
  const flows = useFlows();
  const theme = useTheme();
  const signOut = useSignOut();
  const pageCommands = useListedCommands();
  const readOnlyReason = useReadOnlyReason();
  const { createFlow } = useFlowActions();

  const run = (action: () => void) => () => {
    onDone();
    action();
  };

  return (
    <Command label={t('palette.open')} loop className="flex min-h-0 flex-col">
      <Command.Input
        value={search}
        onValueChange={setSearch}
        placeholder={t('palette.placeholder')}
        className="h-12 shrink-0 border-b border-border bg-transparent px-4 text-base outline-none placeholder:text-muted-foreground"
      />
      <Command.List className="min-h-0 overflow-y-auto p-1.5 [&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:py-1 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:text-muted-foreground">
        <Command.Empty className="px-3 py-8 text-center text-muted-foreground">
          {t('palette.empty')}
        </Command.Empty>
        {pageCommands.length > 0 && (
          <Command.Group heading={t('palette.thisPage')}>
            {pageCommands.map((command) => (
              <Item
                key={command.id}
                value={`${command.label} ${command.id}`}
                icon={command.icon}
                shortcut={command.shortcut}
                onSelect={run(command.run)}
              >
                {command.label}
              </Item>
            ))}
          </Command.Group>
        )}
        <Command.Group heading={t('palette.pages')}>
          {PAGES.map(({ path, name, letter, icon: Icon }) => (
            <Item
              key={path}
              value={`${t(`page.${name}`)} ${path}`}
              icon={<Icon aria-hidden />}
              shortcut={`g ${letter}`}
              onSelect={run(() => void navigate(path))}
            >
              {t(`page.${name}`)}
            </Item>
          ))}
          {AI_PAGES.map(({ path, name, icon: Icon }) => (
            <Item
              key={path}
              value={`${t('palette.ai', { page: t(`page.${name}`) })} ${path}`}
              icon={<Icon aria-hidden />}
              onSelect={run(() => void navigate(path))}
            >
              {t('palette.ai', { page: t(`page.${name}`) })}
            </Item>
          ))}
        </Command.Group>
        {flows.items && flows.items.length > 0 && (
          <Command.Group heading={t('page.flows')}>
            {flows.items.map((flow) => (
              <Item
                key={flow.id}
                value={`${flow.name} ${flow.id}`}
                icon={<Workflow aria-hidden />}
                onSelect={run(() => void navigate(`/flows/${flow.id}`))}
              >
                {flow.name}
              </Item>
            ))}
          </Command.Group>
        )}
        <Command.Group heading={t('palette.actions')}>
          {readOnlyReason === undefined && (
            <Item
              value={t('palette.newFlow')}
              icon={<Workflow aria-hidden />}
              onSelect={run(() => createFlow({}))}
            >
              {t('palette.newFlow')}
            </Item>
          )}
          {THEMES.filter((name) => name !== theme).map((name) => (
            <Item
              key={name}
              value={`${t('theme')} ${t(`theme.${name}`)}`}
              icon={<SunMoon aria-hidden />}
              onSelect={run(() => chooseTheme(name))}
            >
              {t('palette.theme', { theme: t(`theme.${name}`) })}
            </Item>
          ))}
          <Item value={t('user.signOut')} icon={<LogOut aria-hidden />} onSelect={run(signOut)}>
            {t('user.signOut')}
          </Item>
        </Command.Group>
      </Command.List>
    </Command>
  );
}

type ItemProps = {
  value: string;
  icon?: ReactNode;
  shortcut?: string | undefined;
  onSelect(): void;
  children: ReactNode;
};

function Item({ value, icon, shortcut, onSelect, children }: ItemProps) {
  return (
    <Command.Item
      value={value}
      onSelect={onSelect}
      className="flex h-9 items-center gap-2.5 rounded-md px-2 data-[selected=true]:bg-accent data-[selected=true]:text-accent-foreground [&_svg]:size-4 [&_svg]:text-muted-foreground"
    >
      {icon}
      <span className="min-w-0 flex-1 truncate">{children}</span>
      {shortcut && <Kbd>{shortcut}</Kbd>}
    </Command.Item>
  );
}
