import { describe, expect, it } from 'vitest';
import type { Graph } from '../../engine/graph.ts';
import {
  addNode,
  changeNode,
  connect,
  connectRefusal,
  dropOnEdge,
  duplicate,
  emptyGraph,
  findNode,
  insertOnEdge,
  moveElements,
  paste,
  pick,
  removeElements,
  toggleDisabled,
} from './graph-edit.ts';
import { testGraph, testTypeMap as types } from './testing/node-types.ts';

const reply = types.get('instagram.reply_to_comment')!;
const classify = types.get('ai.classify')!;
const trigger = types.get('trigger.comment')!;

const handlesOf = (graph: Graph, source: string) =>
  graph.edges.filter((edge) => edge.source === source).map((edge) => edge.sourceHandle);

describe('adding a node', () => {
  it('gives readable ids, free names and the defaults of the schema', () => {
    const first = addNode(emptyGraph(), classify, { x: 3, y: 5 }, types);
    const second = addNode(first.graph, classify, { x: 0, y: 200 }, types);
    expect([first.nodeId, second.nodeId]).toEqual(['classify', 'classify_2']);
    expect(second.graph.nodes.map((node) => node.name)).toEqual(['Classify', 'Classify 2']);
    expect(first.graph.nodes[0]).toMatchObject({
      position: { x: 0, y: 8 },
      config: { text: '{{ trigger.comment.text }}', labels: [{ name: 'praise' }, { name: 'question' }] },
    });
  });

  it('does not share default objects between nodes', () => {
    const first = addNode(emptyGraph(), classify, { x: 0, y: 0 }, types);
    const second = addNode(first.graph, classify, { x: 0, y: 0 }, types);
    const [a, b] = second.graph.nodes;
    expect(a?.config.labels).not.toBe(b?.config.labels);
  });

  it('connects it to the port it was asked for', () => {
    const { graph } = addNode(testGraph(), reply, { x: 0, y: 0 }, types, {
      source: 'classify',
      sourceHandle: 'question',
    });
    expect(graph.edges.at(-1)).toMatchObject({
      source: 'classify',
      sourceHandle: 'question',
      target: 'reply_to_comment',
    });
  });
});

describe('inserting on an edge', () => {
  it('splits the edge and makes room downstream', () => {
    const inserted = insertOnEdge(testGraph(), 'e2', classify, types)!;
    expect(inserted.nodeId).toBe('classify_2');
    expect(inserted.graph.edges.map((edge) => [edge.source, edge.sourceHandle, edge.target])).toEqual([
      ['comment', 'out', 'classify'],
      ['classify', 'praise', 'classify_2'],
      ['classify_2', 'praise', 'reply'],
    ]);
    expect(findNode(inserted.graph, 'reply')!.position.x).toBeGreaterThan(640);
    expect(findNode(inserted.graph, 'comment')!.position).toEqual({ x: 0, y: 0 });
  });

  it('refuses triggers, which have no input', () => {
    expect(insertOnEdge(testGraph(), 'e2', trigger, types)).toBeNull();
  });

  it('ends the flow at a node without outputs', () => {
    const inserted = insertOnEdge(testGraph(), 'e2', types.get('logic.stop')!, types)!;
    expect(inserted.graph.edges.map((edge) => edge.target)).toEqual(['classify', 'stop']);
  });

  it('takes a loose node that is dropped on the edge, but not a connected one', () => {
    const { graph, nodeId } = addNode(testGraph(), classify, { x: 0, y: 300 }, types);
    expect(dropOnEdge(graph, 'e2', nodeId, types)?.edges).toHaveLength(3);
    expect(dropOnEdge(graph, 'e2', 'comment', types)).toBeNull();
  });
});

describe('connecting', () => {
  const ends = (source: string, sourceHandle: string, target: string, targetHandle = 'in') => ({
    source,
    sourceHandle,
    target,
    targetHandle,
  });
  const cases: [string, ReturnType<typeof ends>, ReturnType<typeof connectRefusal>][] = [
    ['a free pair', ends('classify', 'question', 'reply'), null],
    ['a node with itself', ends('classify', 'praise', 'classify'), 'same_node'],
    ['a node that is gone', ends('classify', 'praise', 'gone'), 'unknown_node'],
    ['a port that is gone', ends('classify', 'gone', 'reply'), 'unknown_port'],
    ['an unknown input', ends('classify', 'question', 'reply', 'side'), 'unknown_port'],
    ['into a trigger', ends('classify', 'question', 'comment'), 'trigger_has_no_input'],
    ['twice', ends('classify', 'praise', 'reply'), 'already_connected'],
    ['in a circle', ends('reply', 'out', 'classify'), 'cycle'],
  ];
  it.each(cases)('%s', (_, pair, reason) => {
    expect(connectRefusal(testGraph(), pair, types)).toBe(reason);
    expect(connect(testGraph(), pair, types).ok).toBe(reason === null);
  });
});

describe('removing', () => {
  it('takes the edges of a node along', () => {
    const graph = removeElements(testGraph(), new Set(['classify']));
    expect(graph.nodes.map((node) => node.id)).toEqual(['comment', 'reply']);
    expect(graph.edges).toEqual([]);
  });

  it('removes a single edge', () => {
    expect(removeElements(testGraph(), new Set(['e1'])).edges.map((edge) => edge.id)).toEqual(['e2']);
  });
});

describe('copying', () => {
  it('keeps the edges inside and points templates at the copies', () => {
    const piece = pick(testGraph(), new Set(['classify', 'reply']));
    const pasted = paste(testGraph(), piece, { x: 40, y: 40 });
    expect(pasted.graph).not.toBeNull();
    expect(pasted.graph!.nodes.at(-1)).toMatchObject({
      id: 'reply_2',
      name: 'Reply 2',
      config: { text: 'Thanks, you are {{ steps.classify_2.output.label }}' },
      position: { x: 680, y: 40 },
    });
    expect(pasted.graph!.edges.at(-1)).toMatchObject({
      source: 'classify_2',
      sourceHandle: 'praise',
      target: 'reply_2',
    });
  });

  it('leaves references to nodes that were not copied', () => {
    const copied = duplicate(testGraph(), new Set(['reply']))!;
    expect(copied.ids).toEqual(['reply_2']);
    expect(copied.graph.nodes.at(-1)?.config.text).toContain('steps.classify.output');
    expect(copied.graph.edges).toHaveLength(2);
  });

  it('never repeats an id, however often it is pasted', () => {
    let graph = testGraph();
    for (let round = 0; round < 5; round++) {
      graph = duplicate(graph, new Set(['comment', 'classify', 'reply']))!.graph;
    }
    expect(new Set(graph.nodes.map((node) => node.id)).size).toBe(18);
    expect(new Set(graph.edges.map((edge) => edge.id)).size).toBe(graph.edges.length);
  });
});

describe('ports that follow the config', () => {
  const withLabels = (graph: Graph, ...names: string[]) =>
    changeNode(graph, 'classify', { config: { labels: names.map((name) => ({ name })) } }, types);

  it('keeps the edge of a label that is renamed', () => {
    expect(handlesOf(withLabels(testGraph(), 'compliment', 'question'), 'classify')).toEqual(['compliment']);
  });

  it('drops the edge of a label that is removed', () => {
    expect(handlesOf(withLabels(testGraph(), 'question'), 'classify')).toEqual([]);
  });

  it('keeps edges when labels are added or reordered', () => {
    expect(handlesOf(withLabels(testGraph(), 'spam', 'question', 'praise'), 'classify')).toEqual(['praise']);
    expect(handlesOf(withLabels(testGraph(), 'question', 'praise'), 'classify')).toEqual(['praise']);
  });

  it('brings the edge back when the name was empty while typing', () => {
    const emptied = withLabels(testGraph(), '', 'question');
    expect(handlesOf(withLabels(emptied, 'k', 'question'), 'classify')).toEqual(['k']);
  });

  it('brings the edge back when the name was another label on the way', () => {
    const start = withLabels(testGraph(), 'praise', 'praised');
    const equal = withLabels(start, 'praised', 'praised');
    expect(handlesOf(withLabels(equal, 'praised!', 'praised'), 'classify')).toEqual(['praised!']);
  });

  it('drops the edge of the error port when it is switched off', () => {
    const on = changeNode(testGraph(), 'classify', { policy: { onError: 'errorPort' } }, types);
    const connected = connect(
      on,
      { source: 'classify', sourceHandle: 'error', target: 'reply', targetHandle: 'in' },
      types,
    );
    expect(connected.ok).toBe(true);
    const off = changeNode(connected.ok ? connected.graph : on, 'classify', { policy: {} }, types);
    expect(handlesOf(off, 'classify')).toEqual(['praise']);
  });
});

describe('moving and disabling', () => {
  it('answers the same graph when nothing moved', () => {
    const graph = testGraph();
    expect(moveElements(graph, new Map([['reply', { x: 640, y: 0 }]]))).toBe(graph);
  });

  it('switches a mixed selection off, then on', () => {
    const off = toggleDisabled(testGraph(), new Set(['classify', 'reply']));
    expect(off.nodes.map((node) => node.disabled ?? false)).toEqual([false, true, true]);
    const on = toggleDisabled(off, new Set(['classify', 'reply']));
    expect(on.nodes.every((node) => !('disabled' in node))).toBe(true);
  });
});
