import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { conditionGroupSchema } from './conditions.ts';
import type { Graph, Problem } from './graph.ts';
import { fakeCatalogue, fakeStep, graphOf } from './testing/fake-nodes.ts';
import { validateGraph } from './validate.ts';

const strict = fakeStep(
  'fake.strict',
  undefined,
  z.object({
    text: z.string().min(1).meta({ title: 'Text' }),
    count: z.number().int().min(1).default(1).meta({ title: 'Count' }),
    url: z.url().optional().meta({ title: 'Address' }),
    labels: z.array(z.object({ name: z.string().min(1).meta({ title: 'Name' }) })).default([]),
    when: conditionGroupSchema.optional(),
  }),
);
const off = fakeStep('fake.off');
const catalogue = fakeCatalogue(strict, off);
catalogue.setEnabled('fake.off', false);

const problemsOf = (graph: Graph) => validateGraph(graph, catalogue);
const configProblem = (config: Record<string, unknown>) =>
  problemsOf(graphOf({ reply: { type: 'fake.strict', config } }, ['start reply']));

describe('validateGraph', () => {
  it('finds nothing wrong with a good graph', () => {
    const graph = graphOf(
      {
        classify: { config: { labels: [{ name: 'lead' }] } },
        reply: {
          type: 'fake.strict',
          config: { text: 'Hi {{ steps.classify.output.id }} {{ steps.start.output.kind }}' },
        },
      },
      ['start classify', 'classify:lead reply'],
    );
    expect(problemsOf(graph)).toEqual([]);
  });

  it.each<[string, Graph, Partial<Problem>[]]>([
    [
      'an unknown type',
      graphOf({ a: 'gone.node' }, ['start a']),
      [
        {
          code: 'unknown_type',
          severity: 'error',
          nodeId: 'a',
          message: expect.stringContaining('gone.node'),
        },
      ],
    ],
    [
      'a type that is switched off',
      graphOf({ a: 'fake.off' }, ['start a']),
      [{ code: 'type_disabled', nodeId: 'a' }],
    ],
    [
      'an edge to nowhere',
      graphOf({ a: 'fake.step' }, ['start a', 'a ghost']),
      [{ code: 'dangling_edge', edgeId: 'a ghost', message: expect.stringContaining('"ghost"') }],
    ],
    [
      'an unknown output',
      graphOf({ a: 'fake.step', b: 'fake.step' }, ['start a', 'a:lead b']),
      [
        {
          code: 'unknown_handle',
          nodeId: 'a',
          edgeId: 'a:lead b',
          message: expect.stringContaining('"lead"'),
        },
      ],
    ],
    [
      'an edge into a trigger',
      graphOf({ a: 'fake.step', again: 'fake.trigger' }, ['start a', 'a again']),
      [{ code: 'unknown_handle', nodeId: 'again' }],
    ],
    [
      'the error port of a node that has none',
      graphOf({ a: 'fake.step', b: 'fake.step' }, ['start a', 'a:error b']),
      [{ code: 'unknown_handle', nodeId: 'a' }],
    ],
    [
      'a cycle, by the names on it',
      graphOf({ a: { name: 'Ask' }, b: { name: 'Answer' } }, ['start a', 'a b', 'b a']),
      [
        {
          code: 'cycle',
          nodeId: 'a',
          field: 'edges',
          message: expect.stringContaining('"Ask" → "Answer" → "Ask"'),
        },
      ],
    ],
    [
      'a template that can not be read',
      graphOf({ a: { config: { text: '{{ trigger.' } } }, ['start a']),
      [{ code: 'template_syntax', nodeId: 'a', field: 'config.text' }],
    ],
    [
      'a template that points downstream',
      graphOf({ a: { config: { labels: [{ name: '{{ steps.b.output }}' }] } }, b: 'fake.step' }, [
        'start a',
        'a b',
      ]),
      [{ code: 'template_not_upstream', nodeId: 'a', field: 'config.labels[0].name' }],
    ],
    [
      'a template that names no node',
      graphOf({ a: { config: { text: '{{ steps.ghost.output }}' } } }, ['start a']),
      [{ code: 'template_not_upstream', nodeId: 'a', message: expect.stringContaining('no such node') }],
    ],
    [
      'a node that reads itself',
      graphOf({ a: { config: { text: '{{ steps.a.output }}' } } }, ['start a']),
      [{ code: 'template_not_upstream', nodeId: 'a', message: expect.stringContaining('its own output') }],
    ],
    [
      'a node that nothing leads to',
      graphOf({ a: 'fake.step' }, []),
      [{ code: 'unreachable', severity: 'warning', nodeId: 'a' }],
    ],
    [
      'no trigger that is on',
      graphOf({ start: { type: 'fake.trigger', disabled: true } }, []),
      [{ code: 'no_trigger' }],
    ],
  ])('finds %s', (_, graph, expected) => {
    expect(problemsOf(graph)).toEqual(expected.map((problem) => expect.objectContaining(problem)));
  });

  it('finds doubled ids and edges', () => {
    const graph = graphOf({ a: 'fake.step' }, ['start a', 'start a']);
    const [node] = graph.nodes;
    const problems = problemsOf({ ...graph, nodes: [...graph.nodes, node!] });
    expect(problems).toEqual([
      expect.objectContaining({ code: 'duplicate_id', nodeId: 'start' }),
      expect.objectContaining({ code: 'duplicate_id', edgeId: 'start a' }),
      expect.objectContaining({ code: 'duplicate_edge', severity: 'warning', edgeId: 'start a' }),
    ]);
  });

  it.each<[string, Record<string, unknown>, string, string]>([
    ['a missing field', {}, 'config.text', 'needs a value for "Text"'],
    ['an empty field', { text: '' }, 'config.text', 'needs a value for "Text"'],
    [
      'a field in a list',
      { text: 'x', labels: [{ name: 'a' }, { name: '' }] },
      'config.labels[1].name',
      '"Name"',
    ],
    ['a wrong number', { text: 'x', count: 0 }, 'config.count', '"Count" can\'t be used'],
    ['a wrong kind', { text: 'x', count: 'many' }, 'config.count', '"Count"'],
    ['a bad address', { text: 'x', url: 'nowhere' }, 'config.url', '"Address"'],
    [
      'a template where none is rendered',
      { text: 'x', when: { all: [{ value: 1, operator: '{{ trigger.kind }}' }] } },
      'config.when.all[0].operator',
      '"Comparison"',
    ],
    [
      'a bad condition inside a union',
      { text: 'x', when: { any: [{ value: '{{ trigger.kind }}', operator: 'matches', compare: '(' }] } },
      'config.when.any[0].compare',
      'no valid pattern',
    ],
  ])('names the field of %s', (_, config, field, message) => {
    expect(configProblem(config)).toEqual([
      expect.objectContaining({
        code: 'invalid_config',
        severity: 'error',
        nodeId: 'reply',
        field,
        message: expect.stringContaining(message),
      }),
    ]);
  });

  it('does not judge a template before it is rendered', () => {
    expect(
      configProblem({
        text: 'x',
        count: '{{ steps.start.output.count }}',
        url: 'https://{{ trigger.host }}',
        labels: '{{ trigger.labels }}',
        when: {
          all: [{ value: '{{ trigger.kind }}', operator: 'matches', compare: '{{ trigger.pattern }}(' }],
        },
      }),
    ).toEqual([]);
  });

  it('only warns of what is wrong with a disabled node', () => {
    const graph = graphOf({ a: { type: 'fake.strict', disabled: true } }, ['start a']);
    expect(problemsOf(graph)).toEqual([
      expect.objectContaining({ code: 'invalid_config', severity: 'warning' }),
    ]);
  });

  it('tells everything at once', () => {
    const graph = graphOf(
      {
        a: 'gone.node',
        b: { type: 'fake.strict', config: { text: '{{ steps.d.output }}', count: 0 } },
        c: 'fake.step',
        d: 'fake.step',
      },
      ['start a', 'a b', 'b c', 'c b', 'b d', 'd ghost'],
    );
    expect(new Set(problemsOf(graph).map((problem) => problem.code))).toEqual(
      new Set(['unknown_type', 'invalid_config', 'dangling_edge', 'cycle', 'template_not_upstream']),
    );
  });

  it('takes a chain of 10,000 nodes whose templates look far back', () => {
    const ids = Array.from({ length: 9_999 }, (_, index) => `n${index}`);
    const nodes = Object.fromEntries(
      ids.map((id) => [id, { config: { text: '{{ steps.n0.output }}{{ steps.start.output }}' } }]),
    );
    const edges = ['start n0', ...ids.slice(1).map((id, index) => `n${index} ${id}`)];
    const problems = problemsOf(graphOf(nodes, edges));
    expect(problems.map((problem) => problem.nodeId)).toEqual(['n0']);
  });
});
