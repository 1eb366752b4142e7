import { X } from 'lucide-react';
import { useEffect, useMemo, useRef } from 'react';
import type { GraphNode } from '../../engine/graph.ts';
import { focusNode } from '../canvas/focus-node.ts';
import type { InspectorTab } from '../canvas/session.tsx';
import { useInspectedNode, useSession, useStep, useUi } from '../canvas/session.tsx';
import { useCanvasText } from '../canvas/texts.ts';
import { NodeIcon } from '../palette/node-icon.tsx';
import { Tabs, TabsContent, TabsList, TabsTrigger } from '../ui/tabs.tsx';
import { ConfigureTab } from './configure-tab.tsx';
import { DocsTab } from './docs-tab.tsx';
import { StepInput, StepOutput } from './step-data.tsx';

const TABS: InspectorTab[] = ['configure', 'input', 'output', 'docs'];

/** The panel about the selected node: its settings, what went in and out in the shown run, and its help. */
export function Inspector() {
  const node = useInspectedNode();
  const isOpen = useUi((ui) => ui.isInspectorOpen);
  if (!node || !isOpen) return null;
  return <NodeInspector key={node.id} node={node} />;
}

function NodeInspector({ node }: { node: GraphNode }) {
  const { flow, ui, types, isReadOnly } = useSession();
  const t = useCanvasText();
  const tab = useUi((state) => state.tab);
  const step = useStep(node.id);
  const type = types.get(node.type);
  const panel = useRef<HTMLElement>(null);
  useRequestedField(node.id, panel);
  const close = () => {
    ui.setState({ isInspectorOpen: false });
    focusNode(node.id);
  };
  const labels = useMemo(
    () => ({
      configure: t('tabConfigure'),
      input: t('tabInput'),
      output: t('tabOutput'),
      docs: t('tabDocs'),
    }),
    [t],
  );

  return (
    <aside
      ref={panel}
      data-inspector
      aria-label={t('inspectorOf', { name: node.name })}
      className="flex w-88 shrink-0 flex-col border-l border-border bg-card"
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || event.defaultPrevented) return;
        event.stopPropagation();
        close();
      }}
    >
      <header className="flex items-center gap-2 px-3 pt-3">
        <NodeIcon type={type} />
        <input
          data-flow-field
          aria-label={t('nodeName')}
          className="h-7 min-w-0 flex-1 rounded border border-transparent bg-transparent px-1 text-sm font-semibold outline-none hover:border-input focus-visible:border-ring"
          value={node.name}
          maxLength={120}
          readOnly={isReadOnly}
          onChange={(event) =>
            flow.getState().edit(
              (graph) => ({
                ...graph,
                nodes: graph.nodes.map((other) =>
                  other.id === node.id ? { ...other, name: event.target.value } : other,
                ),
              }),
              `${node.id} name`,
            )
          }
          onBlur={(event) => {
            if (event.target.value.trim() !== '') return;
            flow.getState().edit(
              (graph) => ({
                ...graph,
                nodes: graph.nodes.map((other) =>
                  other.id === node.id ? { ...other, name: type?.name ?? node.id } : other,
                ),
              }),
              `${node.id} name`,
            );
          }}
        />
        <button
          type="button"
          aria-label={t('closeInspector')}
          title={`${t('closeInspector')} (Esc)`}
          className="flex size-7 items-center justify-center rounded-md text-muted-foreground hover:bg-muted hover:text-foreground"
          onClick={close}
        >
          <X className="size-4" aria-hidden />
        </button>
      </header>
      <Tabs
        value={tab}
        onValueChange={(value) => {
          const chosen = TABS.find((name) => name === value);
          if (chosen) ui.setState({ tab: chosen });
        }}
        className="flex min-h-0 flex-1 flex-col"
      >
        <TabsList className="mx-3 mt-2">
          {TABS.map((name) => (
            <TabsTrigger key={name} value={name}>
              {labels[name]}
            </TabsTrigger>
          ))}
        </TabsList>
        <div className="min-h-0 flex-1 overflow-y-auto p-3" tabIndex={-1}>
          <TabsContent value="configure">
            <ConfigureTab node={node} type={type} />
          </TabsContent>
          <TabsContent value="input">
            <StepInput step={step} />
          </TabsContent>
          <TabsContent value="output">
            <StepOutput nodeId={node.id} step={step} />
          </TabsContent>
          <TabsContent value="docs">
            <DocsTab node={node} type={type} />
          </TabsContent>
        </div>
      </Tabs>
    </aside>
  );
}

/** Goes to the field that the problems list asked for: the nearest one that is drawn. */
function useRequestedField(nodeId: string, panel: React.RefObject<HTMLElement | null>): void {
  const request = useUi((ui) => (ui.fieldRequest?.nodeId === nodeId ? ui.fieldRequest : null));
  useEffect(() => {
    if (!request) return;
    const frame = requestAnimationFrame(() => {
      const fields = [...(panel.current?.querySelectorAll<HTMLElement>('[data-field]') ?? [])];
      const nearest = fields
        .filter((field) => request.field.startsWith(field.dataset.field ?? '\0'))
        .sort((a, b) => (b.dataset.field?.length ?? 0) - (a.dataset.field?.length ?? 0))[0];
      if (!nearest) return;
      nearest.closest('details')?.setAttribute('open', '');
      nearest.scrollIntoView({ block: 'center' });
      const control = nearest.querySelector<HTMLElement>('input, textarea, select, [contenteditable]');
      (control ?? nearest.querySelector<HTMLElement>('button'))?.focus();
    });
    return () => cancelAnimationFrame(frame);
  }, [request, panel]);
}
