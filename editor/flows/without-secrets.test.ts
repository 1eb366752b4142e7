import { expect, it } from 'vitest';
import { z } from 'zod';
import { NodeCatalogue } from '../../engine/catalogue.ts';
import { graphSchema } from '../../engine/graph.ts';
import { describeNode, fired } from '../../engine/node-type.ts';
import { withoutSecrets } from './without-secrets.ts';

const header = z.object({ name: z.string(), value: z.string().meta({ secret: true }) });

class Call {
  static readonly description = describeNode({
    type: 'test.call',
    version: 1,
    category: 'other',
    name: 'Call',
    summary: 'Calls.',
    icon: 'globe',
    kind: 'step',
    outputs: [{ id: 'out' }],
    config: z.object({ url: z.string(), token: z.string().meta({ secret: true }), headers: z.array(header) }),
  });
  async run() {
    return fired('out', null);
  }
}

it('an exported flow holds no secret, and everything else', () => {
  const catalogue = new NodeCatalogue();
  catalogue.register(Call);
  const config = {
    url: 'https://a.example',
    token: 't0p',
    headers: [{ name: 'Authorization', value: 'Bearer x' }],
  };
  const graph = graphSchema.parse({
    nodes: [
      { id: 'call', type: 'test.call', name: 'Call', config },
      { id: 'other', type: 'not.known', name: 'Other', config: { token: 'kept' } },
    ],
    edges: [],
  });

  const exported = withoutSecrets(graph, catalogue.infos());

  expect(exported.nodes.map((node) => node.config)).toEqual([
    { url: 'https://a.example', token: '', headers: [{ name: 'Authorization', value: '' }] },
    { token: 'kept' },
  ]);
  expect(graph.nodes[0]?.config).toEqual(config);
});
