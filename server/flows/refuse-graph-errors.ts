import type { NodeCatalogue } from '../../engine/catalogue.ts';
import type { Graph, Problem } from '../../engine/graph.ts';
import { validateGraph } from '../../engine/validate.ts';
import { HttpProblem } from '../http/problem.ts';

/** A graph that is published or tested must have no errors. @throws HttpProblem 422 with every problem, warnings too */
export function refuseGraphErrors(graph: Graph, catalogue: NodeCatalogue): void {
  const problems = validateGraph(graph, catalogue);
  const errors = problems.filter((problem) => problem.severity === 'error');
  if (errors.length === 0) return;
  throw new HttpProblem(
    422,
    'graph-has-errors',
    'The flow has errors',
    errors.length === 1
      ? `One problem has to be solved first: ${errors[0]?.message}`
      : `${errors.length} problems have to be solved first.`,
    { problems, errors: errors.map((error) => ({ path: pathOf(error), message: error.message })) },
  );
}

/** Where in the graph a problem is: `nodes.<id>.config.text`, `edges.<id>`. */
function pathOf({ nodeId, edgeId, field }: Problem): string {
  if (nodeId !== undefined) return ['nodes', nodeId, ...(field ? [field] : [])].join('.');
  return edgeId === undefined ? 'nodes' : `edges.${edgeId}`;
}
