import { z } from 'zod';

/** Limits of one graph document. Past these the editor is no longer usable and validation is no longer instant. */
export const GRAPH_LIMITS = { nodes: 10_000, edges: 40_000, stickies: 500 } as const;

const identifier = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[A-Za-z0-9_-]+$/, 'Use letters, digits, "_" and "-" only.');

const positionSchema = z.object({ x: z.number(), y: z.number() });

/** What a node does when its last attempt failed: fail the execution, fire its `error` port, or go on with no output. */
export const onErrorSchema = z.enum(['fail', 'errorPort', 'continue']);

/** Settings that every node has beside its own config. */
export const nodePolicySchema = z.object({
  attempts: z.number().int().min(1).max(20).default(3).meta({ title: 'Attempts' }),
  backoffMs: z
    .number()
    .int()
    .min(0)
    .max(3_600_000)
    .default(1_000)
    .meta({ title: 'First pause between attempts (ms)' }),
  timeoutMs: z.number().int().min(100).max(600_000).default(60_000).meta({ title: 'Time limit (ms)' }),
  onError: onErrorSchema.default('fail').meta({ title: 'When it fails' }),
});

export const nodeSchema = z.object({
  id: identifier,
  type: z.string().min(1).max(100),
  name: z.string().min(1).max(120),
  position: positionSchema.default({ x: 0, y: 0 }),
  config: z.record(z.string(), z.unknown()).default({}),
  policy: nodePolicySchema.partial().optional(),
  notes: z.string().max(5_000).optional(),
  disabled: z.boolean().optional(),
});

export const edgeSchema = z.object({
  id: z.string().min(1).max(200),
  source: identifier,
  sourceHandle: z.string().min(1).max(120).default('out'),
  target: identifier,
  targetHandle: z.string().min(1).max(120).default('in'),
});

export const stickySchema = z.object({
  id: identifier,
  text: z.string().max(5_000),
  position: positionSchema,
  size: z.object({ width: z.number().positive(), height: z.number().positive() }),
  color: z.string().max(20).optional(),
});

/** The graph document of DESIGN 3: what the canvas draws, the database stores and the engine runs. */
export const graphSchema = z.object({
  schemaVersion: z.literal(1).default(1),
  nodes: z.array(nodeSchema).max(GRAPH_LIMITS.nodes),
  edges: z.array(edgeSchema).max(GRAPH_LIMITS.edges),
  stickies: z.array(stickySchema).max(GRAPH_LIMITS.stickies).optional(),
  viewport: z.object({ x: z.number(), y: z.number(), zoom: z.number().positive() }).optional(),
});

export type Graph = z.output<typeof graphSchema>;
export type GraphInput = z.input<typeof graphSchema>;
export type GraphNode = z.output<typeof nodeSchema>;
export type GraphEdge = z.output<typeof edgeSchema>;
export type NodePolicy = z.output<typeof nodePolicySchema>;
export type OnError = z.output<typeof onErrorSchema>;

/** One finding about a graph. `error` forbids publishing, `warning` does not. */
export type Problem = {
  severity: 'error' | 'warning';
  code:
    | 'unknown_type'
    | 'type_disabled'
    | 'invalid_config'
    | 'duplicate_id'
    | 'dangling_edge'
    | 'unknown_handle'
    | 'duplicate_edge'
    | 'cycle'
    | 'template_syntax'
    | 'template_not_upstream'
    | 'no_trigger'
    | 'unreachable';
  message: string;
  nodeId?: string;
  edgeId?: string;
  /** Path inside the node, e.g. `config.labels[0].name`; `edges` when it is about how the node is connected. */
  field?: string;
};
