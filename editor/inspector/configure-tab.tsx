import { Trash2 } from 'lucide-react';
import { useMemo } from 'react';
import type { NodeTypeInfo } from '../../engine/catalogue.ts';
import type { GraphNode } from '../../engine/graph.ts';
import { changeNode, findNode, removeElements } from '../canvas/graph-edit.ts';
import { useFlow, useNodeProblems, useSession, useUi } from '../canvas/session.tsx';
import { useCanvasText } from '../canvas/texts.ts';
import { cn } from '../ui/cn.ts';
import { controlClass } from './control-class.ts';
import type { FormContext } from './form-context.tsx';
import { FormProvider } from './form-context.tsx';
import { ItemButton } from './list-field.tsx';
import { PolicyFields } from './policy-fields.tsx';
import type { JsonSchema } from './schema.ts';
import { ObjectFields } from './schema-field.tsx';
import { runDataOf, templateFields } from './template-fields.ts';

/** The settings of a node, drawn from its type's schema. */
export function ConfigureTab({ node, type }: { node: GraphNode; type: NodeTypeInfo | undefined }) {
  const { flow, types, isReadOnly } = useSession();
  const t = useCanvasText();
  const problems = useNodeProblems(node.id);
  const form = useFormContext(node);

  if (!type) return <p className="text-sm text-muted-foreground">{t('unknownType', { type: node.type })}</p>;
  const schema: JsonSchema = type.configSchema;
  const general = problems.filter((problem) => !problem.field?.startsWith('config'));

  return (
    <FormProvider value={form}>
      <div className="flex flex-col gap-4">
        <p className="text-xs text-muted-foreground">{type.summary}</p>
        {general.map((problem) => (
          <p key={problem.message} className="text-xs text-destructive">
            {problem.message}
          </p>
        ))}
        <ObjectFields
          schema={schema}
          root={schema}
          path="config"
          value={node.config}
          onChange={(config, key) =>
            flow
              .getState()
              .edit((graph) => changeNode(graph, node.id, { config }, types), `${node.id} config.${key}`)
          }
        />
        {type.kind === 'step' && (
          <details className="border-t border-border pt-2">
            <summary className="cursor-pointer py-1 text-xs font-medium text-muted-foreground select-none hover:text-foreground">
              {t('policy')}
            </summary>
            <div className="pt-2">
              <PolicyFields
                policy={node.policy ?? {}}
                onChange={(policy) =>
                  flow
                    .getState()
                    .edit((graph) => changeNode(graph, node.id, { policy }, types), `${node.id} policy`)
                }
              />
            </div>
          </details>
        )}
        <Connections nodeId={node.id} />
        <label className="flex flex-col gap-1 text-xs font-medium">
          {t('notes')}
          <textarea
            data-flow-field
            rows={2}
            maxLength={5_000}
            className={cn(controlClass, 'h-auto py-1.5 font-normal')}
            value={node.notes ?? ''}
            placeholder={t('notesPlaceholder')}
            readOnly={isReadOnly}
            onChange={(event) =>
              flow
                .getState()
                .edit(
                  (graph) => changeNode(graph, node.id, { notes: event.target.value }, types),
                  `${node.id} notes`,
                )
            }
          />
        </label>
        <label className="flex items-center gap-2 text-xs font-medium">
          <input
            type="checkbox"
            className="size-4 accent-primary"
            checked={node.disabled ?? false}
            disabled={isReadOnly}
            onChange={(event) =>
              flow
                .getState()
                .edit((graph) => changeNode(graph, node.id, { disabled: event.target.checked }, types))
            }
          />
          {t('disableNode')}
        </label>
      </div>
    </FormProvider>
  );
}

function useFormContext(node: GraphNode): FormContext {
  const { types, isReadOnly } = useSession();
  const graph = useFlow((state) => state.graph);
  const run = useUi((ui) => ui.run);
  const event = useUi((ui) => ui.testEvent?.event ?? ui.lastEvent);
  const problems = useNodeProblems(node.id);
  const runData = useMemo(() => runDataOf(run, event), [run, event]);
  const fields = useMemo(
    () => templateFields(graph, node.id, types, runData),
    [graph, node.id, types, runData],
  );
  return useMemo(
    () => ({
      nodeId: node.id,
      isReadOnly,
      fields,
      runData,
      errorsAt: (path) =>
        problems.filter((problem) => problem.field === path).map((problem) => problem.message),
    }),
    [node.id, isReadOnly, fields, runData, problems],
  );
}

/** Where the node leads, as a list: so that connections can be seen and removed without a mouse. */
function Connections({ nodeId }: { nodeId: string }) {
  const { flow, isReadOnly } = useSession();
  const t = useCanvasText();
  const graph = useFlow((state) => state.graph);
  const outgoing = graph.edges.filter((edge) => edge.source === nodeId);
  if (outgoing.length === 0) return null;
  return (
    <details className="border-t border-border pt-2">
      <summary className="cursor-pointer py-1 text-xs font-medium text-muted-foreground select-none hover:text-foreground">
        {t('connections', { count: outgoing.length })}
      </summary>
      <ul className="flex flex-col pt-1">
        {outgoing.map((edge) => {
          const target = findNode(graph, edge.target)?.name ?? edge.target;
          const words = `${edge.sourceHandle} → ${target}`;
          return (
            <li key={edge.id} className="flex items-center gap-2 text-xs">
              <span className="min-w-0 flex-1 truncate">{words}</span>
              {!isReadOnly && (
                <ItemButton
                  label={t('removeConnection', { words })}
                  onClick={() =>
                    flow.getState().edit((current) => removeElements(current, new Set([edge.id])))
                  }
                >
                  <Trash2 className="size-3.5" aria-hidden />
                </ItemButton>
              )}
            </li>
          );
        })}
      </ul>
    </details>
  );
}
