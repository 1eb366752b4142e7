import { expect, it } from 'vitest';
import { toCanvasEdges, toCanvasNodes } from './flow-elements.ts';
import { addSticky, changeNode, nudge } from './graph-edit.ts';
import { testGraph, testTypeMap as types } from './testing/node-types.ts';

const NONE: ReadonlySet<string> = new Set();

it('draws again only the node that changed', () => {
  const graph = testGraph();
  const before = toCanvasNodes(graph, NONE, []);
  const after = toCanvasNodes(changeNode(graph, 'reply', { name: 'Answer' }, types), NONE, before);
  expect(after.map((node, index) => node === before[index])).toEqual([true, true, false]);
});

it('keeps the size that was measured when a node moves', () => {
  const graph = testGraph();
  const measured = toCanvasNodes(graph, NONE, []).map((node) => ({
    ...node,
    measured: { width: 248, height: 80 },
  }));
  const after = toCanvasNodes(nudge(graph, new Set(['reply']), { x: 8, y: 0 }), NONE, measured);
  expect(after[2]).toMatchObject({ position: { x: 648, y: 0 }, measured: { width: 248, height: 80 } });
});

it('puts a node back where the document says after a drag that was undone', () => {
  const graph = testGraph();
  const dragged = toCanvasNodes(graph, NONE, []).map((node) => ({ ...node, position: { x: 1, y: 1 } }));
  expect(toCanvasNodes(graph, NONE, dragged)[0]?.position).toEqual({ x: 0, y: 0 });
});

it('marks what is selected, edges and notes too', () => {
  const { graph, id } = addSticky(testGraph(), { x: 0, y: 0 }, 'Note');
  const selected = new Set([id, 'e1']);
  expect(
    toCanvasNodes(graph, selected, [])
      .filter((node) => node.selected)
      .map((node) => node.id),
  ).toEqual([id]);
  const edges = toCanvasEdges(graph, selected, [], (nodeId) => nodeId);
  expect(edges.filter((edge) => edge.selected).map((edge) => edge.id)).toEqual(['e1']);
  expect(toCanvasEdges(graph, selected, edges, (nodeId) => nodeId)[1]).toBe(edges[1]);
});
