import type { NodeTypeInfo } from '../../engine/catalogue.ts';
import type { Graph } from '../../engine/graph.ts';
import { withoutSecrets } from './without-secrets.ts';

/** Saves the flow, without its secrets, as a JSON file of the shape that import and `examples/` have. */
export function downloadFlow(
  flow: { name: string; description?: string; graph: Graph },
  types: readonly NodeTypeInfo[],
): void {
  const { name, description = '' } = flow;
  const graph = withoutSecrets(flow.graph, types);
  const url = URL.createObjectURL(
    new Blob([`${JSON.stringify({ name, description, graph }, null, 2)}\n`], { type: 'application/json' }),
  );
  const link = document.createElement('a');
  link.href = url;
  link.download = `${fileNameOf(name)}.json`;
  link.click();
  URL.revokeObjectURL(url);
}

/** `Comment auto-reply` → `comment-auto-reply`. */
export function fileNameOf(name: string): string {
  const words = name
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[^\p{Letter}\p{Number}]+/gu, '-');
  return words.replace(/^-+|-+$/g, '').slice(0, 80) || 'flow';
}
