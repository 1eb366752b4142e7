import { expect, it } from 'vitest';
import { fromClipboardText, toClipboardText } from './clipboard.ts';
import { testGraph } from './testing/node-types.ts';

it('gives back what was copied', () => {
  expect(fromClipboardText(toClipboardText(testGraph()))).toEqual(testGraph());
});

it('takes a downloaded flow', () => {
  expect(fromClipboardText(JSON.stringify({ name: 'x', graph: testGraph() }))?.nodes).toHaveLength(3);
});

it.each(['', 'some text', '{', '{"a":1}', '[1]', '{"replygraph":"nodes","graph":{"nodes":[{}]}}'])(
  'takes %j for ordinary text',
  (text) => {
    expect(fromClipboardText(text)).toBeNull();
  },
);
