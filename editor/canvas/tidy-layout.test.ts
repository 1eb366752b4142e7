import { expect, it } from 'vitest';
import { addNode, connect, moveElements } from './graph-edit.ts';
import { testGraph, testTypeMap as types } from './testing/node-types.ts';
import { tidyLayout } from './tidy-layout.ts';

function branchingGraph() {
  const { graph, nodeId } = addNode(testGraph(), types.get('logic.stop')!, { x: 0, y: 0 }, types);
  const connected = connect(
    graph,
    { source: 'classify', sourceHandle: 'question', target: nodeId, targetHandle: 'in' },
    types,
  );
  if (!connected.ok) throw new Error(connected.reason);
  return connected.graph;
}

it('reads from left to right, branches in the order of their ports', () => {
  const graph = branchingGraph();
  const tidy = moveElements(graph, tidyLayout(graph, new Map(), types));
  const [comment, classify, reply, stop] = tidy.nodes.map((node) => node.position);
  expect(comment!.x).toBeLessThan(classify!.x);
  expect(classify!.x).toBeLessThan(reply!.x);
  expect(reply!.x).toBe(stop!.x);
  expect(reply!.y).toBeLessThan(stop!.y);
});

it('moves only the selection, and leaves its corner where it was', () => {
  const positions = tidyLayout(branchingGraph(), new Map(), types, new Set(['classify', 'reply']));
  expect([...positions.keys()].sort()).toEqual(['classify', 'reply']);
  expect(positions.get('classify')).toEqual({ x: 320, y: 0 });
});
