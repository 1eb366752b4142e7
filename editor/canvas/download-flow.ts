import type { FlowContent } from './flow-store.ts';

/** Saves the flow as a JSON file: the format of `examples/`, which can be imported and pasted. */
export function downloadFlow({ name, graph }: FlowContent): void {
  const file = new Blob([`${JSON.stringify({ name, graph }, null, 2)}\n`], { type: 'application/json' });
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = `${name.replace(/[^\p{L}\p{N}]+/gu, '-').toLowerCase() || 'flow'}.json`;
  link.click();
  URL.revokeObjectURL(link.href);
}
