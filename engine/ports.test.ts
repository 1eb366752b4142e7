import { describe, expect, it } from 'vitest';
import { inputPorts, outputPorts } from './ports.ts';

const classify = {
  kind: 'step' as const,
  outputs: [
    { each: 'labels', id: 'name' },
    { id: 'other', label: 'anything else' },
  ],
  configSchema: { properties: { labels: { default: [{ name: 'praise' }] } } },
};
const ids = (config: Record<string, unknown>, onError?: string) =>
  outputPorts(classify, { config, ...(onError && { policy: { onError } }) }).map((port) => port.id);

describe('output ports', () => {
  it.each([
    [
      'one for each item of the list, then the fixed ones',
      { labels: [{ name: 'a' }, { name: 'b' }] },
      ['a', 'b', 'other'],
    ],
    ['those of the default list where the config has none', {}, ['praise', 'other']],
    ['none for an empty list', { labels: [] }, ['other']],
    ['one where two items have the same name', { labels: [{ name: 'a' }, { name: 'a' }] }, ['a', 'other']],
    ['none for items without a usable name', { labels: [{ name: '' }, {}, null, { name: 3 }] }, ['other']],
    ['none for what is no list', { labels: 'a' }, ['other']],
  ])('are %s', (_case, config, expected) => {
    expect(ids(config)).toEqual(expected);
  });

  it('have an error port where the node asks for it', () => {
    expect(ids({ labels: [] }, 'errorPort')).toEqual(['other', 'error']);
    expect(ids({ labels: [] }, 'fail')).toEqual(['other']);
  });
});

it('triggers take no input', () => {
  expect(inputPorts({ kind: 'trigger' })).toEqual([]);
  expect(inputPorts({ kind: 'step' }).map((port) => port.id)).toEqual(['in']);
});
