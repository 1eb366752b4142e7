import type { NodeTypeInfo } from '../../engine/catalogue.ts';
import type { Graph, GraphNode } from '../../engine/graph.ts';
import { upstreamOf } from '../canvas/walk.ts';
import type { Run } from '../run-view/run-state.ts';
import type { JsonSchema } from './schema.ts';
import { resolve } from './schema.ts';

/** Something a template can name: `{{ steps.classify.output.label }}`. */
export type TemplateField = {
  /** Without braces. */
  path: string;
  /** Whose it is, as a person calls it: the node's name. */
  owner: string;
  /** What it is, where the schema tells. */
  about: string;
  /** Its value in the last run; undefined without one. */
  value?: unknown;
};

/** Data of a past run that templates are completed and previewed with. */
export type RunData = { trigger: unknown; steps: Record<string, { output: unknown }> };

const MAX_DEPTH = 5;
const MAX_FIELDS = 400;
const MAX_ITEMS = 3;

const COMMON = ['trigger.from.username', 'trigger.from.id', 'trigger.account.username', 'trigger.account.id'];
const COMMENT = [
  'trigger.comment.text',
  'trigger.comment.id',
  'trigger.comment.media.id',
  'trigger.comment.parentId',
];
const MESSAGE = ['trigger.message.text', 'trigger.message.id'];

/** What is known about the person, whatever the flow did before. */
const CONTACT = ['contact.username', 'contact.name', 'contact.tags', 'contact.fields'];

const TRIGGER_PATHS: Record<string, string[]> = {
  comment: [...COMMENT, ...COMMON],
  live_comment: [...COMMENT, ...COMMON],
  mention: [...COMMENT, ...COMMON],
  message: [...MESSAGE, 'trigger.message.quickReply', 'trigger.message.replyTo', ...COMMON],
  postback: [...MESSAGE, 'trigger.message.quickReply', ...COMMON],
  story_reply: [...MESSAGE, 'trigger.message.replyTo', ...COMMON],
  story_mention: [...MESSAGE, ...COMMON],
  reaction: [...MESSAGE, ...COMMON],
  referral: [...MESSAGE, ...COMMON],
  webhook: ['trigger.data'],
  manual: ['trigger.data'],
  call: ['trigger.input', ...COMMON],
  schedule: [],
  failure: ['trigger.data'],
};

/** Every field that a template in node `nodeId` can name: the trigger's, then the nodes before it, the nearest first. */
export function templateFields(
  graph: Graph,
  nodeId: string,
  types: ReadonlyMap<string, NodeTypeInfo>,
  run: RunData | null,
): TemplateField[] {
  const upstream = upstreamOf(graph, nodeId);
  const fields = new Map<string, TemplateField>();
  const add = (field: TemplateField) => {
    if (!fields.has(field.path) && fields.size < MAX_FIELDS) fields.set(field.path, field);
  };
  for (const node of [...upstream].reverse()) {
    const type = types.get(node.type);
    if (type?.kind === 'trigger') continue;
    const root = `steps.${node.id}.output`;
    const output = run?.steps[node.id]?.output;
    add({ path: root, owner: node.name, about: '', value: output });
    for (const { path, about } of schemaPaths(type?.outputSchema, root)) {
      add({ path, owner: node.name, about, value: valueAt(output, path, root) });
    }
    for (const path of valuePaths(output, root)) {
      add({ path, owner: node.name, about: '', value: valueAt(output, path, root) });
    }
  }
  const triggers = upstream.filter((node) => types.get(node.type)?.kind === 'trigger');
  for (const node of triggers) {
    const kind = node.type.replace(/^trigger\./, '');
    for (const path of [...(TRIGGER_PATHS[kind] ?? COMMON), 'trigger.kind', 'trigger.at']) {
      add({ path, owner: node.name, about: '', value: valueAt(run?.trigger, path, 'trigger') });
    }
  }
  const trigger = triggers[0];
  if (trigger && triggers.some(isOfPerson)) {
    const kept = upstream.flatMap(keptFields).map((name) => `contact.fields.${name}`);
    for (const path of [...CONTACT, ...kept]) add({ path, owner: trigger.name, about: '' });
  }
  if (trigger) {
    for (const path of valuePaths(run?.trigger, 'trigger')) {
      if (path.startsWith('trigger.raw')) continue;
      add({ path, owner: trigger.name, about: '', value: valueAt(run?.trigger, path, 'trigger') });
    }
  }
  return [...fields.values()];
}

/** Whether a person's event starts the flow: then there is a contact. */
function isOfPerson({ type }: GraphNode): boolean {
  const paths = TRIGGER_PATHS[type.replace(/^trigger\./, '')];
  return paths === undefined || paths.includes('trigger.from.id');
}

/** Names of the fields of the contact that a node writes. */
function keptFields({ type, config }: GraphNode): string[] {
  if (type === 'contact.collect_field') return namesOf(config.field ?? 'email');
  if (type !== 'contact.update' || !Array.isArray(config.fields)) return [];
  return config.fields.flatMap((field: unknown) =>
    field !== null && typeof field === 'object' ? namesOf(Reflect.get(field, 'name')) : [],
  );
}

const namesOf = (name: unknown): string[] => (typeof name === 'string' && name !== '' ? [name] : []);

/** A value in the fewest words: for the right side of a completion. */
export function valueText(value: unknown): string {
  if (value === undefined) return '';
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}

function schemaPaths(schema: Record<string, unknown> | undefined, root: string) {
  const found: { path: string; about: string }[] = [];
  if (!schema) return found;
  const document: JsonSchema = schema;
  const visit = (part: JsonSchema, path: string, depth: number) => {
    const resolved = resolve(part, document);
    for (const variant of resolved.anyOf ?? resolved.oneOf ?? []) visit(variant, path, depth + 1);
    if (depth > MAX_DEPTH) return;
    for (const [key, field] of Object.entries(resolved.properties ?? {})) {
      const child = resolve(field, document);
      found.push({ path: `${path}.${key}`, about: child.title ?? child.description ?? '' });
      visit(child, `${path}.${key}`, depth + 1);
      if (child.items) visit(child.items, `${path}.${key}[0]`, depth + 1);
    }
  };
  visit(document, root, 0);
  return found;
}

function valuePaths(value: unknown, root: string): string[] {
  const found: string[] = [];
  const visit = (part: unknown, path: string, depth: number) => {
    if (depth > MAX_DEPTH || found.length > MAX_FIELDS) return;
    if (Array.isArray(part)) {
      part.slice(0, MAX_ITEMS).forEach((item, index) => {
        found.push(`${path}[${index}]`);
        visit(item, `${path}[${index}]`, depth + 1);
      });
    } else if (part !== null && typeof part === 'object') {
      for (const [key, item] of Object.entries(part)) {
        if (!/^[A-Za-z_][\w-]*$/.test(key)) continue;
        found.push(`${path}.${key}`);
        visit(item, `${path}.${key}`, depth + 1);
      }
    }
  };
  visit(value, root, 0);
  return found;
}

/** The value at `path`, where `value` is what `root` names. */
function valueAt(value: unknown, path: string, root: string): unknown {
  const keys = path.slice(root.length).match(/[^.[\]]+/g) ?? [];
  return keys.reduce<unknown>(
    (at, key) =>
      at !== null && typeof at === 'object' && Object.hasOwn(at, key) ? Reflect.get(at, key) : undefined,
    value,
  );
}

/** What the shown run knows so far; null when there was none and no test event was chosen. */
export function runDataOf(run: Run | null, event: unknown): RunData | null {
  if (!run && event === null) return null;
  const steps = [...(run?.steps.values() ?? [])].map(
    (step) => [step.nodeId, { output: step.output }] as const,
  );
  return { trigger: event ?? {}, steps: Object.fromEntries(steps) };
}
