import { z } from 'zod';
import type {
  NodeCategory,
  NodeClass,
  NodeDescription,
  NodeInstance,
  PortSpec,
  TriggerInstance,
} from './node-type.ts';

/** A node class, instantiated once, with its description. */
export type RegisteredNode = {
  description: NodeDescription;
  instance: NodeInstance;
  /** `builtin`, a file of CUSTOM_NODES_DIR, or a package name. */
  source: string;
  enabled: boolean;
};

/** What `GET /node-types` tells about a type; enough for the editor to draw palette, form and ports. */
export type NodeTypeInfo = {
  type: string;
  version: number;
  category: NodeCategory;
  name: string;
  summary: string;
  docs?: string;
  icon: string;
  phrase?: string;
  kind: 'trigger' | 'step';
  outputs: PortSpec[];
  hasEffect: boolean;
  /** JSON Schema (2020-12) of the config, with the hints of NodeDescription. */
  configSchema: Record<string, unknown>;
  outputSchema?: Record<string, unknown>;
  source: string;
  enabled: boolean;
};

/** The node types that a process knows, by type name. */
export class NodeCatalogue {
  readonly #nodes = new Map<string, RegisteredNode>();

  /** @throws Error when the type name is taken */
  register(nodeClass: NodeClass, source = 'builtin'): void {
    const { description } = nodeClass;
    const known = this.#nodes.get(description.type);
    if (known) {
      throw new Error(
        `Node type "${description.type}" of ${source} is already registered by ${known.source}.`,
      );
    }
    this.#nodes.set(description.type, { description, instance: new nodeClass(), source, enabled: true });
  }

  get(type: string): RegisteredNode | undefined {
    return this.#nodes.get(type);
  }

  list(): RegisteredNode[] {
    return [...this.#nodes.values()];
  }

  setEnabled(type: string, enabled: boolean): void {
    const node = this.#nodes.get(type);
    if (node) node.enabled = enabled;
  }

  infos(): NodeTypeInfo[] {
    return this.list().map(describeForApi);
  }
}

/** Whether this node is a trigger, which the type system then knows. */
export function isTrigger(node: RegisteredNode): node is RegisteredNode & { instance: TriggerInstance } {
  return node.description.kind === 'trigger';
}

function describeForApi(node: RegisteredNode): NodeTypeInfo {
  const { config, output, hasEffect, isPure: _, ...rest } = node.description;
  return {
    ...rest,
    hasEffect: hasEffect ?? false,
    configSchema: z.toJSONSchema(config, { io: 'input', unrepresentable: 'any' }) as Record<string, unknown>,
    ...(output && {
      outputSchema: z.toJSONSchema(output, { unrepresentable: 'any' }) as Record<string, unknown>,
    }),
    source: node.source,
    enabled: node.enabled,
  };
}
