import { z } from 'zod';
import type { NodeCatalogue, NodeTypeInfo } from '../../engine/catalogue.ts';
import { writeAudit } from '../auth/audit.ts';
import type { ServerContext } from '../context.ts';
import { notFound } from '../http/problem.ts';
import type { RouteSpec } from '../http/route.ts';
import { route } from '../http/route.ts';
import { readSwitches, switchNodeType } from './mirror.ts';

const port = z.union([
  z.object({ id: z.string(), label: z.string().optional() }),
  z.object({ each: z.string(), id: z.string() }),
]);

/** NodeTypeInfo of engine/catalogue.ts, for the documentation; unknown fields of custom types pass. */
const nodeTypeSchema = z.looseObject({
  type: z.string(),
  version: z.number(),
  category: z.string(),
  name: z.string(),
  summary: z.string(),
  docs: z.string().optional(),
  icon: z.string(),
  phrase: z.string().optional(),
  kind: z.enum(['trigger', 'step']),
  outputs: z.array(port),
  hasEffect: z.boolean(),
  configSchema: z.record(z.string(), z.unknown()),
  outputSchema: z.record(z.string(), z.unknown()).optional(),
  source: z.string(),
  enabled: z.boolean(),
});

/** The catalogue, readable without a session since it holds nothing of anybody's, and its switches. */
export function nodeTypeRoutes(context: ServerContext): RouteSpec[] {
  const infos = rememberInfos(context.catalogue);
  const list = (path: string) =>
    route({
      method: 'get',
      path,
      summary: 'The node catalogue: config schemas, ports, icons, help',
      tag: 'Node types',
      access: 'public',
      answer: z.array(nodeTypeSchema),
      handler: async () => {
        await readSwitches(context.pool, context.catalogue);
        return infos();
      },
    });
  return [
    list('/node-types'),
    list('/api/v1/node-types'),
    route({
      method: 'put',
      path: '/api/v1/node-types/:type',
      summary: 'Switch a node type on or off',
      description: "A flow that uses a type which is off can't be published.",
      tag: 'Node types',
      access: 'admin',
      params: z.object({ type: z.string().max(100) }),
      body: z.object({ enabled: z.boolean() }),
      answer: nodeTypeSchema,
      handler: async ({ principal, params: { type }, body: { enabled } }) => {
        if (!(await switchNodeType(context.pool, context.catalogue, type, enabled)))
          throw notFound('node type');
        await writeAudit(context.db, principal, {
          action: enabled ? 'node_type.enabled' : 'node_type.disabled',
          targetType: 'node_type',
          targetId: type,
        });
        const info = infos().find((candidate) => candidate.type === type);
        if (!info) throw notFound('node type');
        return info;
      },
    }),
  ];
}

/** Writing out the JSON Schemas takes milliseconds and only the switches change: done once per set of types. */
function rememberInfos(catalogue: NodeCatalogue): () => NodeTypeInfo[] {
  let known: NodeTypeInfo[] = [];
  return () => {
    if (known.length !== catalogue.list().length) known = catalogue.infos();
    return known.map((info) => ({ ...info, enabled: catalogue.get(info.type)?.enabled ?? false }));
  };
}
