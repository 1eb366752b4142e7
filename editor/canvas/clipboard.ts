import { z } from 'zod';
import type { Graph } from '../../engine/graph.ts';
import { graphSchema } from '../../engine/graph.ts';

/** What stands in the system clipboard after a copy: readable JSON that can be pasted into another flow or a message. */
const clipboardSchema = z.object({ replygraph: z.literal('nodes'), graph: graphSchema });

/** More than this is not a copied piece of a flow; parsing it would only freeze the page. */
const MAX_CHARACTERS = 5_000_000;

export function toClipboardText(piece: Graph): string {
  return JSON.stringify({ replygraph: 'nodes', graph: piece }, null, 2);
}

/** The piece of a flow in a pasted text; null when it is any other text. A whole exported flow is taken too. */
export function fromClipboardText(text: string): Graph | null {
  if (text.length > MAX_CHARACTERS || !text.trimStart().startsWith('{')) return null;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return null;
  }
  const copied = clipboardSchema.safeParse(json);
  if (copied.success) return copied.data.graph;
  const whole = z.object({ graph: graphSchema }).safeParse(json);
  return whole.success ? whole.data.graph : null;
}
