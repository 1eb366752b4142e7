import { PanelLeftClose, Search } from 'lucide-react';
import { useMemo, useState } from 'react';
import type { NodeTypeInfo } from '../../engine/catalogue.ts';
import { DRAGGED_TYPE } from '../canvas/dragged-type.ts';
import { useSession, useUi } from '../canvas/session.tsx';
import { useCanvasText } from '../canvas/texts.ts';
import { controlClass } from '../inspector/control-class.ts';
import { cn } from '../ui/cn.ts';
import { NodeIcon } from './node-icon.tsx';
import { paletteGroups, searchTypes } from './palette-items.ts';
import { recentTypes } from './recent-types.ts';

/** Every node type that can be added: searched, dragged onto the canvas, clicked, or added with Enter. */
export function Palette({ onAdd }: { onAdd(type: NodeTypeInfo): void }) {
  const { types, ui } = useSession();
  const t = useCanvasText();
  const [search, setSearch] = useState('');
  const isOpen = useUi((state) => state.isPaletteOpen);
  const groups = useMemo(() => paletteGroups(types.values(), search), [types, search]);
  // Asked again for every change of the selection: adding a node selects it, and it becomes the most recent.
  const selected = useUi((state) => state.selected);
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  const recent = useMemo(
    () =>
      recentTypes()
        .flatMap((name) => types.get(name) ?? [])
        .filter((type) => type.enabled)
        .slice(0, 3),
    [types, selected],
  );
  if (!isOpen) return null;

  return (
    <nav aria-label={t('palette')} className="flex w-60 shrink-0 flex-col border-r border-border bg-card">
      <div className="flex items-center gap-1 p-2">
        <div className="relative flex-1">
          <Search
            className="pointer-events-none absolute top-2 left-2 size-4 text-muted-foreground"
            aria-hidden
          />
          <input
            type="search"
            className={cn(controlClass, 'pl-8')}
            aria-label={t('searchNodes')}
            placeholder={t('searchNodes')}
            value={search}
            onChange={(event) => setSearch(event.target.value)}
            onKeyDown={(event) => {
              const first = searchTypes(types.values(), search)[0];
              if (event.key === 'Enter' && search.trim() !== '' && first) {
                onAdd(first);
                setSearch('');
              }
            }}
          />
        </div>
        <button
          type="button"
          aria-label={t('closePalette')}
          title={t('closePalette')}
          className="flex size-8 items-center justify-center rounded-md text-muted-foreground hover:bg-muted hover:text-foreground"
          onClick={() => ui.setState({ isPaletteOpen: false })}
        >
          <PanelLeftClose className="size-4" aria-hidden />
        </button>
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto px-2 pb-3">
        {search === '' && recent.length > 0 && (
          <Section title={t('recentlyUsed')} types={recent} onAdd={onAdd} isRecent />
        )}
        {groups.map(({ category, types: members }) => (
          <Section key={category} title={t(`category.${category}`)} types={members} onAdd={onAdd} />
        ))}
        {groups.length === 0 && (
          <p className="p-2 text-sm text-muted-foreground">{t('nothingFound', { search })}</p>
        )}
      </div>
    </nav>
  );
}

function Section(props: {
  title: string;
  types: NodeTypeInfo[];
  onAdd(type: NodeTypeInfo): void;
  isRecent?: boolean;
}) {
  const t = useCanvasText();
  return (
    <section aria-label={props.title} className="pt-2">
      <h2 className="px-2 pb-1 text-xs font-medium text-muted-foreground">{props.title}</h2>
      <ul>
        {props.types.map((type) => (
          <li key={type.type}>
            <button
              type="button"
              draggable
              aria-label={props.isRecent ? t('recentNamed', { name: type.name }) : type.name}
              title={type.summary}
              className="flex w-full cursor-grab items-center gap-2 rounded-md px-2 py-1 text-left text-sm hover:bg-muted"
              onClick={() => props.onAdd(type)}
              onDragStart={(event) => {
                event.dataTransfer.setData(DRAGGED_TYPE, type.type);
                event.dataTransfer.effectAllowed = 'copy';
              }}
            >
              <NodeIcon type={type} isSmall />
              <span className="min-w-0 truncate">{type.name}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
