import { Command } from 'cmdk';
import { Check, ChevronsUpDown } from 'lucide-react';
import type { ReactNode } from 'react';
import { useState } from 'react';
import type { AiProviderName } from '../../../server/contract/ai.ts';
import { errorText } from '../../api/client.ts';
import { cn } from '../../ui/cn.ts';
import { controlStyle } from '../../ui/input.tsx';
import { Popover, PopoverContent, PopoverTrigger } from '../../ui/popover.tsx';
import { useModelLists } from './ai-queries.ts';
import { modelGroups, typedModel } from './model-options.ts';
import { PROVIDER_LOOKS, splitModel } from './providers.ts';
import { useAiText } from './texts.ts';
import { useProviderLabel } from './use-provider-label.ts';

export type ModelPickerProps = {
  /** What it is for, for screen readers. */
  label: string;
  /** `provider:model`, a provider alone for its usual model, `builtin`, or null for what `automatic` says. */
  value: string | null;
  onChange(value: string | null): void;
  /** The providers that can be used. */
  providers: readonly AiProviderName[];
  /** The words for null. */
  automatic: string;
  /** Whether the built-in provider and usual models may be chosen; a test asks for models alone. */
  offersBuiltin?: boolean;
  offersUsual?: boolean;
  disabled?: boolean;
  isInvalid?: boolean;
  describedBy?: string | undefined;
  className?: string;
};

/** A model, found by typing among those that the providers list, or typed in full. */
export function ModelPicker(props: ModelPickerProps) {
  const { label, value, automatic, disabled, isInvalid, describedBy, className } = props;
  const [isOpen, setIsOpen] = useState(false);
  const shown = useShown(props.providers.length === 1 && !props.offersUsual);
  return (
    <Popover open={isOpen} onOpenChange={setIsOpen}>
      <PopoverTrigger
        type="button"
        disabled={disabled}
        aria-label={`${label}: ${value === null ? automatic : shown(value)}`}
        aria-haspopup="dialog"
        aria-describedby={describedBy}
        className={cn(
          controlStyle,
          'inline-flex h-8 min-w-0 items-center justify-between gap-2 px-2.5 text-left',
          isInvalid && 'border-destructive',
          className,
        )}
      >
        <span className={cn('truncate', value === null && 'text-muted-foreground')}>
          {value === null ? automatic : shown(value)}
        </span>
        <ChevronsUpDown className="size-4 shrink-0 text-muted-foreground" aria-hidden />
      </PopoverTrigger>
      <PopoverContent aria-label={label} align="start" className="w-80 max-w-[calc(100vw-2rem)] p-0">
        <Choices {...props} onDone={() => setIsOpen(false)} />
      </PopoverContent>
    </Popover>
  );
}

/** How a stored value is written: `builtin` and a provider alone in words. */
function useShown(isOneProvider: boolean): (value: string) => string {
  const t = useAiText();
  const labelOf = useProviderLabel();
  return (value) => {
    if (value === 'builtin') return t('builtin');
    const [provider, model] = splitModel(value) ?? [];
    if (provider === undefined) return value;
    if (model == null) return t('usualOf', { name: labelOf(provider) });
    return isOneProvider ? model : value;
  };
}

function Choices(props: ModelPickerProps & { onDone(): void }) {
  const { label, value, onChange, providers, automatic, offersBuiltin, offersUsual, onDone } = props;
  const t = useAiText();
  const labelOf = useProviderLabel();
  const [search, setSearch] = useState('');
  const queries = useModelLists(providers, true);
  const lists = providers.map((provider, at) => ({ provider, models: queries[at]?.data?.items ?? [] }));
  const typed = typedModel(lists, search, providers.length === 1 && !offersUsual ? providers[0] : undefined);
  const isSearching = search.trim() !== '';
  const item = (chosen: string | null, text: ReactNode, id: string) => (
    <Choice
      key={id}
      id={id}
      isChosen={chosen === value}
      onSelect={() => {
        onChange(chosen);
        onDone();
      }}
    >
      {text}
    </Choice>
  );
  return (
    <Command label={label} shouldFilter={false} loop className="flex min-h-0 flex-col">
      <Command.Input
        value={search}
        onValueChange={setSearch}
        maxLength={200}
        placeholder={t('searchModels')}
        className="h-10 shrink-0 border-b border-border bg-transparent px-3 text-sm outline-none placeholder:text-muted-foreground"
      />
      <Command.List className="max-h-72 overflow-y-auto p-1">
        {!isSearching && item(null, automatic, 'automatic')}
        {!isSearching && offersBuiltin && item('builtin', t('builtin'), 'builtin')}
        {typed !== undefined && item(typed, t('useModel', { name: typed }), 'typed')}
        {modelGroups(lists, search).map(({ provider, options, left }, at) => {
          const query = queries[at];
          const hasUsual = offersUsual && PROVIDER_LOOKS[provider].hasUsualModel && !isSearching;
          if (isSearching && options.length === 0) return null;
          return (
            <Command.Group key={provider} heading={labelOf(provider)} className={GROUP_STYLE}>
              {hasUsual && item(provider, t('usualModel'), `usual ${provider}`)}
              {options.map(({ value: option, id, name }) =>
                item(
                  option,
                  <>
                    <span className="block truncate">{id}</span>
                    {name && name !== id && (
                      <span className="block truncate text-xs text-muted-foreground">{name}</span>
                    )}
                  </>,
                  option,
                ),
              )}
              {left > 0 && <Line>{t('moreModels', { count: left })}</Line>}
              {query?.isPending && <Line>{t('modelsLoading')}</Line>}
              {query?.error && <Line>{t('modelsFailed', { reason: errorText(query.error) })}</Line>}
            </Command.Group>
          );
        })}
        <Command.Empty className="px-3 py-6 text-center text-muted-foreground">{t('noModel')}</Command.Empty>
      </Command.List>
      <p className="border-t border-border px-3 py-2 text-xs text-muted-foreground">{t('typeModel')}</p>
    </Command>
  );
}

const GROUP_STYLE =
  '[&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:py-1 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:font-medium [&_[cmdk-group-heading]]:text-muted-foreground';

type ChoiceProps = { id: string; isChosen: boolean; onSelect(): void; children: ReactNode };

function Choice({ id, isChosen, onSelect, children }: ChoiceProps) {
  return (
    <Command.Item
      value={id}
      onSelect={onSelect}
      className="flex min-h-8 cursor-pointer items-center gap-2 rounded-md px-2 py-1 text-sm data-[selected=true]:bg-accent data-[selected=true]:text-accent-foreground"
    >
      <span className="min-w-0 flex-1">{children}</span>
      {isChosen && <Check className="size-4 shrink-0" aria-hidden />}
    </Command.Item>
  );
}

const Line = ({ children }: { children: ReactNode }) => (
  <p className="px-2 py-1 text-xs text-muted-foreground">{children}</p>
);
