import type { z } from 'zod';
import type { NodeCatalogue, RegisteredNode } from './catalogue.ts';
import { withDefaultConfig } from './config-defaults.ts';
import { type ConfigField, childSchema, configField, fieldPath } from './config-fields.ts';
import type { Graph, GraphEdge, GraphNode, Problem } from './graph.ts';
import { inputPorts, outputPorts } from './ports.ts';
import { configTemplates, isTemplate, templateReferences } from './templates.ts';
import { findCycles, Upstream } from './topology.ts';

/**
 * Every problem of a graph at once (DESIGN 3). An `error` forbids publishing, a `warning` does not. A disabled node passes
 * its input on without being run, so what is wrong with it is a warning.
 */
export function validateGraph(graph: Graph, catalogue: NodeCatalogue): Problem[] {
  const view: GraphView = {
    graph,
    nodes: new Map(graph.nodes.map((node) => [node.id, node])),
    typeOf: (node) => catalogue.get(node.type),
  };
  return [
    ...duplicateIds(graph),
    ...graph.nodes.flatMap((node) => typeAndConfigProblems(node, view)),
    ...edgeProblems(view),
    ...cycleProblems(view),
    ...templateProblems(view),
    ...triggerProblems(view),
    ...unreachableProblems(view),
  ];
}

type GraphView = {
  graph: Graph;
  nodes: Map<string, GraphNode>;
  typeOf(node: GraphNode): RegisteredNode | undefined;
};

function duplicateIds({ nodes, edges }: Graph): Problem[] {
  return [
    ...repeated(nodes).map(
      (nodeId): Problem => ({
        severity: 'error',
        code: 'duplicate_id',
        nodeId,
        message: `More than one node has the id "${nodeId}". Give each an id of its own.`,
      }),
    ),
    ...repeated(edges).map(
      (edgeId): Problem => ({
        severity: 'error',
        code: 'duplicate_id',
        edgeId,
        message: `More than one connection has the id "${edgeId}". Delete one and draw it anew.`,
      }),
    ),
  ];
}

function repeated(items: { id: string }[]): string[] {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const { id } of items) (seen.has(id) ? twice : seen).add(id);
  return [...twice];
}

function typeAndConfigProblems(node: GraphNode, view: GraphView): Problem[] {
  const registered = view.typeOf(node);
  const about = { severity: node.disabled ? 'warning' : 'error', nodeId: node.id } as const;
  if (!registered) {
    const message = `"${node.name}" is of the type "${node.type}", which is not installed. Install it, or replace or delete the node.`;
    return [{ ...about, code: 'unknown_type', field: 'type', message }];
  }
  const problems: Problem[] = configProblems(node, registered).map((problem) => ({ ...about, ...problem }));
  if (!registered.enabled) {
    const message = `"${node.name}" is of the type "${registered.description.name}", which an admin has switched off. Replace or delete the node, or have it switched on.`;
    problems.unshift({ ...about, code: 'type_disabled', field: 'type', message });
  }
  return problems;
}

type ConfigProblem = { code: 'invalid_config'; field: string; message: string };

function configProblems(node: GraphNode, registered: RegisteredNode): ConfigProblem[] {
  const schema = registered.description.config;
  const parsed = schema.safeParse(node.config);
  if (parsed.success) return [];
  return parsed.error.issues
    .flatMap((issue) => issuesOf(issue, schema, node.config, []))
    .map(({ path, message }) => {
      const field = fieldPath(path);
      const value = valueAt(node.config, path);
      const title = titleOf(schema, node.config, path);
      const isMissing = value === undefined || value === '';
      return {
        code: 'invalid_config',
        field,
        message: isMissing
          ? `"${node.name}" needs a value for "${title}". Fill it in.`
          : `"${node.name}": "${title}" can't be used. ${message}`,
      };
    });
}

type Finding = { path: PropertyKey[]; message: string };

/**
 * What an issue really is about. One about a value that holds a template is none: it can only be judged once rendered. Of a
 * union, the option that comes closest is told.
 */
function issuesOf(
  issue: z.core.$ZodIssue,
  schema: z.ZodType,
  config: unknown,
  prefix: PropertyKey[],
): Finding[] {
  const path = [...prefix, ...issue.path];
  const value = valueAt(config, path);
  if (typeof value === 'string' && isTemplate(value) && !fieldAt(schema, config, path).literal) return [];
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [{ path, message: issue.message }];
  const options = issue.errors.map((errors) =>
    errors.flatMap((error) => issuesOf(error, schema, config, path)),
  );
  return options.reduce((best, option) => (distance(option, path) < distance(best, path) ? option : best));
}

/** An option whose issues lie deeper than the union fits its outer shape, and so comes closer than one that doesn't. */
function distance(findings: Finding[], union: PropertyKey[]): number {
  const outer = findings.filter((finding) => finding.path.length <= union.length + 1).length;
  return outer * 1_000 + findings.length;
}

function valueAt(config: unknown, path: PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined,
    config,
  );
}

/** The title that the form shows, else the name of the field. */
function titleOf(schema: z.ZodType, config: unknown, path: PropertyKey[]): string {
  const name = path.findLast((key) => typeof key === 'string');
  return fieldAt(schema, config, path).title ?? (name === undefined ? 'settings' : String(name));
}

function fieldAt(schema: z.ZodType, config: unknown, path: PropertyKey[]): ConfigField {
  let at: z.ZodType | undefined = schema;
  let value = config;
  for (const key of path) {
    at = childSchema(at, typeof key === 'number' ? key : String(key), value);
    value = valueAt(value, [key]);
  }
  return configField(at);
}

function edgeProblems(view: GraphView): Problem[] {
  const seen = new Set<string>();
  return view.graph.edges.flatMap((edge): Problem[] => {
    const source = view.nodes.get(edge.source);
    const target = view.nodes.get(edge.target);
    if (!source || !target) {
      const missing = source ? edge.target : edge.source;
      const message = `A connection leads ${source ? 'to' : 'from'} the node "${missing}", which does not exist. Delete the connection.`;
      return [{ severity: 'error', code: 'dangling_edge', edgeId: edge.id, message }];
    }
    const problems = handleProblems(edge, source, target, view);
    const link = JSON.stringify([edge.source, edge.sourceHandle, edge.target, edge.targetHandle]);
    if (seen.has(link)) {
      const message = `"${source.name}" is connected to "${target.name}" twice in the same way. Delete one of the connections.`;
      problems.push({ severity: 'warning', code: 'duplicate_edge', edgeId: edge.id, message });
    }
    seen.add(link);
    return problems;
  });
}

function handleProblems(edge: GraphEdge, source: GraphNode, target: GraphNode, view: GraphView): Problem[] {
  const problems: Problem[] = [];
  const about = { severity: 'error', code: 'unknown_handle', edgeId: edge.id } as const;
  const sourceType = view.typeOf(source)?.description;
  const targetType = view.typeOf(target)?.description;
  if (sourceType) {
    const ports = outputPorts(sourceType, withDefaultConfig(source, sourceType)).map((port) => port.id);
    if (!ports.includes(edge.sourceHandle)) {
      const message = `"${source.name}" has no output "${edge.sourceHandle}" (it has ${quoted(ports)}). Delete the connection to "${target.name}" or draw it from another output.`;
      problems.push({ ...about, nodeId: source.id, message });
    }
  }
  if (targetType) {
    const ports = inputPorts(targetType).map((port) => port.id);
    if (!ports.includes(edge.targetHandle)) {
      const message =
        ports.length === 0
          ? `"${target.name}" is a trigger and takes no input. Delete the connection from "${source.name}".`
          : `"${target.name}" has no input "${edge.targetHandle}" (it has ${quoted(ports)}). Delete the connection from "${source.name}".`;
      problems.push({ ...about, nodeId: target.id, message });
    }
  }
  return problems;
}

function cycleProblems({ graph, nodes }: GraphView): Problem[] {
  return findCycles(graph).map((cycle): Problem => {
    const names = [...cycle, cycle[0]!].map((id) => `"${nodes.get(id)!.name}"`).join(' → ');
    return {
      severity: 'error',
      code: 'cycle',
      nodeId: cycle[0]!,
      field: 'edges',
      message: `These nodes lead back to themselves: ${names}. Delete one of the connections; a flow runs in one direction.`,
    };
  });
}

function templateProblems(view: GraphView): Problem[] {
  const upstream = new Upstream(view.graph);
  return view.graph.nodes.flatMap((node) => {
    const registered = view.typeOf(node);
    if (!registered) return [];
    const severity = node.disabled ? 'warning' : 'error';
    return configTemplates(node.config, registered.description.config).flatMap(
      ({ path, text }): Problem[] => {
        const about = { severity, nodeId: node.id, field: fieldPath(path) } as const;
        const steps = readSteps(text);
        if ('problem' in steps) {
          const message = `"${node.name}": the template in "${about.field}" can't be read: ${steps.problem}`;
          return [{ ...about, code: 'template_syntax', message }];
        }
        return steps.ids
          .filter((id) => !upstream.leadsTo(id, node.id))
          .map((id) => ({ ...about, code: 'template_not_upstream', message: notUpstream(node, id, view) }));
      },
    );
  });
}

function readSteps(text: string): { ids: string[] } | { problem: string } {
  try {
    return { ids: templateReferences(text).steps };
  } catch (error) {
    const reason = error instanceof Error ? (error.cause ?? error) : error;
    return { problem: `${reason instanceof Error ? reason.message : String(reason)}.` };
  }
}

function notUpstream(node: GraphNode, id: string, { nodes }: GraphView): string {
  const named = nodes.get(id);
  if (!named)
    return `"${node.name}" uses the output of "${id}", but there is no such node. Choose another one.`;
  if (named === node)
    return `"${node.name}" uses its own output, which is not there yet. Choose a node before it.`;
  return `"${node.name}" uses the output of "${named.name}", which does not run before it. Connect "${named.name}" so that it leads to "${node.name}", or choose a node before it.`;
}

function triggersOf({ graph, typeOf }: GraphView): GraphNode[] {
  return graph.nodes.filter((node) => !node.disabled && typeOf(node)?.description.kind === 'trigger');
}

function triggerProblems(view: GraphView): Problem[] {
  if (triggersOf(view).length > 0) return [];
  const message = 'The flow has no trigger, so nothing starts it. Add one, such as "Comment received".';
  return [{ severity: 'error', code: 'no_trigger', message }];
}

function unreachableProblems(view: GraphView): Problem[] {
  const targetsOf = Map.groupBy(view.graph.edges, (edge) => edge.source);
  const triggers = triggersOf(view);
  if (triggers.length === 0) return [];
  const reached = new Set(triggers.map((node) => node.id));
  for (const id of reached) for (const edge of targetsOf.get(id) ?? []) reached.add(edge.target);
  return view.graph.nodes
    .filter((node) => !reached.has(node.id) && view.typeOf(node)?.description.kind !== 'trigger')
    .map((node) => ({
      severity: 'warning',
      code: 'unreachable',
      nodeId: node.id,
      message: `No trigger leads to "${node.name}", so it never runs. Connect it or delete it.`,
    }));
}

function quoted(names: string[]): string {
  return names.length === 0 ? 'none' : names.map((name) => `"${name}"`).join(', ');
}
