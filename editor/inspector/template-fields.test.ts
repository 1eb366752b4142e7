import { expect, it } from 'vitest';
import { testGraph, testTypeMap as types } from '../canvas/testing/node-types.ts';
import { templateFields, valueText } from './template-fields.ts';

const pathsOf = (nodeId: string, run: Parameters<typeof templateFields>[3] = null) =>
  templateFields(testGraph(), nodeId, types, run).map((field) => field.path);

it('offers the trigger and every node before, and nothing behind', () => {
  expect(pathsOf('reply')).toEqual(
    expect.arrayContaining(['trigger.comment.text', 'steps.classify.output.label']),
  );
  expect(pathsOf('classify')).not.toContain('steps.classify.output.label');
  expect(pathsOf('comment')).toEqual([]);
});

it('adds what the last run really had, with its values', () => {
  const run = {
    trigger: { comment: { text: 'Hi' } },
    steps: { classify: { output: { label: 'praise', extra: [{ id: 1 }] } } },
  };
  const fields = templateFields(testGraph(), 'reply', types, run);
  const lastValue = (path: string) => fields.find((field) => field.path === path)?.value;
  expect(lastValue('trigger.comment.text')).toBe('Hi');
  expect(lastValue('steps.classify.output.label')).toBe('praise');
  expect(lastValue('steps.classify.output.extra[0].id')).toBe(1);
});

it('offers the contact, with the fields that nodes before write', () => {
  const graph = testGraph();
  const before = graph.nodes.find(({ id }) => id === 'classify')!;
  const written = { ...before, type: 'contact.update', config: { fields: [{ name: 'city' }] } };
  graph.nodes = graph.nodes.map((node) => (node === before ? written : node));
  const paths = templateFields(graph, 'reply', types, null).map(({ path }) => path);
  expect(paths).toEqual(expect.arrayContaining(['contact.username', 'contact.tags', 'contact.fields.city']));
  expect(pathsOf('classify')).not.toContain('contact.fields.city');
});

it('shortens long values', () => {
  expect(valueText('x'.repeat(100))).toHaveLength(40);
  expect(valueText({ a: 1 })).toBe('{"a":1}');
  expect(valueText(undefined)).toBe('');
});
