import { describe, expect, it } from 'vitest';
import { findCycles, topologicalOrder, Upstream, wouldCreateCycle } from './topology.ts';

const links = (nodes: string, ...edges: string[]) => ({
  nodes: [...nodes].map((id) => ({ id })),
  edges: edges.map((edge) => ({ source: edge[0]!, target: edge[1]! })),
});

describe('topologicalOrder', () => {
  it.each([
    ['document order where edges leave a choice', links('cab'), 'cab'],
    ['sources before targets', links('cab', 'ab', 'bc'), 'abc'],
    ['a diamond', links('dcba', 'ab', 'ac', 'bd', 'cd'), 'acbd'],
    ['edges to unknown nodes', links('ab', 'ax', 'xb'), 'ab'],
    ['without what is on or behind a cycle', links('abcd', 'ab', 'bc', 'cb', 'cd'), 'a'],
  ])('gives %s', (_, graph, order) => {
    expect(topologicalOrder(graph).join('')).toBe(order);
  });
});

describe('findCycles', () => {
  it.each([
    ['none in a diamond', links('abcd', 'ab', 'ac', 'bd', 'cd'), []],
    ['a node that leads to itself', links('ab', 'ab', 'bb'), ['b']],
    ['the nodes in the order of the edges', links('abc', 'ac', 'cb', 'ba'), ['acb']],
    ['one for each knot', links('abcdef', 'ab', 'ba', 'bc', 'cd', 'de', 'ec'), ['ab', 'cde']],
    ['the shortest one of a knot', links('abc', 'ab', 'bc', 'ca', 'ba'), ['ab']],
  ])('finds %s', (_, graph, cycles) => {
    expect(findCycles(graph).map((cycle) => cycle.join(''))).toEqual(cycles);
  });

  it('goes through a ring of 10,000 nodes', () => {
    const nodes = Array.from({ length: 10_000 }, (_, index) => ({ id: String(index) }));
    const edges = nodes.map(({ id }) => ({ source: id, target: String((Number(id) + 1) % 10_000) }));
    expect(findCycles({ nodes, edges })[0]).toHaveLength(10_000);
  });
});

describe('wouldCreateCycle', () => {
  const { edges } = links('abc', 'ab', 'bc');

  it.each([
    ['c', 'a', true],
    ['a', 'a', true],
    ['a', 'c', false],
    ['c', 'd', false],
  ])('an edge from %s to %s: %s', (source, target, expected) => {
    expect(wouldCreateCycle(edges, source, target)).toBe(expected);
  });
});

describe('Upstream', () => {
  const upstream = new Upstream(links('abcd', 'ab', 'bc'));

  it.each([
    ['a', 'c', true],
    ['b', 'c', true],
    ['c', 'a', false],
    ['c', 'c', false],
    ['d', 'c', false],
    ['x', 'c', false],
  ])('%s leads to %s: %s', (source, target, expected) => {
    expect(upstream.leadsTo(source, target)).toBe(expected);
  });
});
