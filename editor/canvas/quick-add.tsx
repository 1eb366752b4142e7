import { Command } from 'cmdk';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { NodeTypeInfo } from '../../engine/catalogue.ts';
import { NodeIcon } from '../palette/node-icon.tsx';
import { fittingTypes, paletteGroups } from '../palette/palette-items.ts';
import { recentTypes } from '../palette/recent-types.ts';
import { type QuickAdd, useSession, useUi } from './session.tsx';
import { useCanvasText } from './texts.ts';
import type { CanvasCommands } from './use-commands.ts';

const WIDTH = 300;
const HEIGHT = 360;

/** A searchable list of node types at the pointer, offering only what fits there. */
export function QuickAddList({ commands }: { commands: CanvasCommands }) {
  const request = useUi((state) => state.quickAdd);
  return request && <OpenList request={request} commands={commands} />;
}

function OpenList({ request, commands }: { request: QuickAdd; commands: CanvasCommands }) {
  const { types, ui } = useSession();
  const t = useCanvasText();
  const [search, setSearch] = useState('');
  const box = useRef<HTMLDivElement>(null);
  const behindPort = request.from !== undefined || request.edgeId !== undefined;
  const offered = useMemo(() => fittingTypes(types.values(), behindPort), [types, behindPort]);

  useEffect(() => {
    const onPointerDown = (event: PointerEvent) => {
      if (event.target instanceof Node && box.current?.contains(event.target)) return;
      ui.setState({ quickAdd: null });
    };
    window.addEventListener('pointerdown', onPointerDown, true);
    return () => window.removeEventListener('pointerdown', onPointerDown, true);
  }, [ui]);

  const choose = (type: NodeTypeInfo) => {
    if (request.edgeId) commands.insert(request.edgeId, type);
    else commands.add(type, request.place, request.from);
  };
  const groups = paletteGroups(offered, search);
  const recent =
    search.trim() !== ''
      ? []
      : recentTypes().flatMap((name) => offered.find((type) => type.type === name) ?? []);
  const left = Math.max(8, Math.min(request.screen.x, window.innerWidth - WIDTH - 8));
  const top = Math.max(8, Math.min(request.screen.y, window.innerHeight - HEIGHT - 8));

  return (
    <div
      ref={box}
      role="dialog"
      aria-label={t('addNode')}
      className="fixed z-50 animate-appear overflow-hidden rounded-lg border border-border bg-popover text-popover-foreground shadow-raised"
      style={{ left, top, width: WIDTH }}
    >
      <Command
        label={t('addNode')}
        shouldFilter={false}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          event.preventDefault();
          ui.setState({ quickAdd: null });
        }}
      >
        <Command.Input
          autoFocus
          value={search}
          onValueChange={setSearch}
          placeholder={t('searchNodes')}
          className="h-10 w-full border-b border-border bg-transparent px-3 text-sm outline-none placeholder:text-muted-foreground"
        />
        <Command.List className="max-h-80 overflow-y-auto p-1">
          <Command.Empty className="p-3 text-sm text-muted-foreground">{t('nothingFits')}</Command.Empty>
          {recent.length > 0 && (
            <Group title={t('recentlyUsed')} types={recent} prefix="recent " onChoose={choose} />
          )}
          {groups.map(({ category, types: members }) => (
            <Group
              key={category}
              title={t(`category.${category}`)}
              types={members}
              prefix=""
              onChoose={choose}
            />
          ))}
        </Command.List>
      </Command>
    </div>
  );
}

function Group(props: {
  title: string;
  types: NodeTypeInfo[];
  prefix: string;
  onChoose(type: NodeTypeInfo): void;
}) {
  return (
    <Command.Group
      heading={props.title}
      className="[&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:py-1 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:font-medium [&_[cmdk-group-heading]]:text-muted-foreground"
    >
      {props.types.map((type) => (
        <Command.Item
          key={type.type}
          value={`${props.prefix}${type.name} ${type.type}`}
          className="flex cursor-pointer items-center gap-2 rounded-md px-2 py-1.5 text-sm data-[selected=true]:bg-accent data-[selected=true]:text-accent-foreground"
          onSelect={() => props.onChoose(type)}
        >
          <NodeIcon type={type} isSmall />
          <span className="flex min-w-0 flex-col">
            <span className="truncate">{type.name}</span>
            <span className="truncate text-xs text-muted-foreground">{type.summary}</span>
          </span>
        </Command.Item>
      ))}
    </Command.Group>
  );
}
