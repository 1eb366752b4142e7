import { CircleAlert, TriangleAlert, X } from 'lucide-react';
import type { Problem } from '../../engine/graph.ts';
import { IconButton } from '../ui/button.tsx';
import { findNode } from './graph-edit.ts';
import { useFlow, useSession, useUi } from './session.tsx';
import { useCanvasText } from './texts.ts';
import type { CanvasCommands } from './use-commands.ts';

/** What is wrong with the flow, worst first; a click goes to the node and the field. */
export function ProblemList({ commands }: { commands: CanvasCommands }) {
  const { ui } = useSession();
  const t = useCanvasText();
  const isOpen = useUi((state) => state.isProblemListOpen);
  const problems = useUi((state) => state.problems);
  const graph = useFlow((state) => state.graph);
  if (!isOpen) return null;
  const sorted = [...problems].sort((a, b) => a.severity.localeCompare(b.severity));

  const goTo = (problem: Problem) => {
    const { nodeId, field, edgeId } = problem;
    if (edgeId) commands.select([edgeId]);
    if (!nodeId) return;
    commands.select([nodeId]);
    commands.reveal(nodeId);
    ui.setState({
      isInspectorOpen: true,
      tab: 'configure',
      fieldRequest: field ? { nodeId, field, at: Date.now() } : null,
    });
  };

  return (
    <section aria-label={t('problems')} className="max-h-52 overflow-y-auto border-t border-border bg-card">
      <header className="sticky top-0 flex items-center justify-between bg-card px-3 py-1">
        <h2 className="text-xs font-medium">{t('problems')}</h2>
        <IconButton label={t('closeProblems')} onClick={() => ui.setState({ isProblemListOpen: false })}>
          <X aria-hidden />
        </IconButton>
      </header>
      {sorted.length === 0 ? (
        <p className="px-3 pb-3 text-sm text-muted-foreground">{t('noProblems')}</p>
      ) : (
        <ul className="pb-2">
          {sorted.map((problem) => {
            const Icon = problem.severity === 'error' ? CircleAlert : TriangleAlert;
            const node = problem.nodeId ? findNode(graph, problem.nodeId) : undefined;
            return (
              <li
                key={`${problem.code} ${problem.nodeId} ${problem.edgeId} ${problem.field} ${problem.message}`}
              >
                <button
                  type="button"
                  className="flex w-full items-start gap-2 px-3 py-1 text-left text-sm hover:bg-muted"
                  onClick={() => goTo(problem)}
                >
                  <Icon
                    aria-hidden
                    className={`mt-0.5 size-4 shrink-0 ${problem.severity === 'error' ? 'text-destructive' : 'text-state-waiting'}`}
                  />
                  <span className="min-w-0">
                    {node && <span className="font-medium">{node.name}: </span>}
                    {problem.message}
                  </span>
                </button>
              </li>
            );
          })}
        </ul>
      )}
    </section>
  );
}
