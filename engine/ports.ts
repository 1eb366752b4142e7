import type { NodeCategory, PortSpec } from './node-type.ts';

export type Port = { id: string; label: string };

type PortOwner = {
  kind: 'trigger' | 'step';
  outputs: PortSpec[];
  category?: NodeCategory;
  /** JSON Schema of the config, whose default list counts where the node has none. */
  configSchema?: Record<string, unknown>;
};
type PortNode = { config: Record<string, unknown>; policy?: { onError?: string } | undefined };

/** The input ports of a node: none for a trigger, else `in`. */
export function inputPorts(type: Pick<PortOwner, 'kind'>): Port[] {
  return type.kind === 'trigger' ? [] : [{ id: 'in', label: 'in' }];
}

/**
 * The output ports of a node as its config stands: fixed ports, one for each item of a list in the config, and `error`
 * where the node is set to `onError: errorPort`. Items without a usable id give no port.
 */
export function outputPorts(type: PortOwner, node: PortNode): Port[] {
  const ports = type.outputs.flatMap((spec) =>
    'each' in spec ? listedPorts(spec, listOf(spec.each, type, node)) : [fixedPort(spec)],
  );
  if (node.policy?.onError === 'errorPort') ports.push({ id: 'error', label: 'error' });
  return ports;
}

function fixedPort(spec: { id: string; label?: string }): Port {
  return { id: spec.id, label: spec.label ?? spec.id };
}

function listOf(field: string, type: PortOwner, node: PortNode): unknown {
  const properties = type.configSchema?.properties as Record<string, { default?: unknown }> | undefined;
  return node.config[field] ?? properties?.[field]?.default;
}

function listedPorts(spec: { each: string; id: string }, items: unknown): Port[] {
  if (!Array.isArray(items)) return [];
  const ids = items.map((item: unknown) => (item as Record<string, unknown> | null)?.[spec.id]);
  return [...new Set(ids)]
    .filter((id): id is string => typeof id === 'string' && id !== '')
    .map((id) => ({ id, label: id }));
}
