import { expect, it } from 'vitest';
import { graphChanges } from './graph-changes.ts';
import { addNode, changeNode, nudge, removeElements } from './graph-edit.ts';
import { testGraph, testTypeMap as types } from './testing/node-types.ts';

it('names what was added, changed and removed', () => {
  const added = addNode(testGraph(), types.get('logic.stop')!, { x: 0, y: 0 }, types).graph;
  const changed = changeNode(added, 'classify', { config: { labels: [{ name: 'praise' }] } }, types);
  expect(graphChanges(testGraph(), removeElements(changed, new Set(['reply'])))).toEqual({
    added: ['Stop'],
    changed: ['Classify'],
    removed: ['Reply'],
    connections: 1,
  });
});

it('sees no difference in moved nodes and in the order of keys', () => {
  const moved = nudge(testGraph(), new Set(['reply']), { x: 50, y: 0 });
  const { text, labels } = moved.nodes[1]!.config;
  const reordered = changeNode(moved, 'classify', { config: { labels, text } }, types);
  expect(graphChanges(testGraph(), reordered)).toEqual({
    added: [],
    changed: [],
    removed: [],
    connections: 0,
  });
});
