import type { z } from 'zod';
import { type ConfigField, childSchema, configField, fieldPath } from './config-fields.ts';
import { NodeError } from './errors.ts';
import { evaluateOutput, isSingleOutput, renderText, variablePaths } from './liquid.ts';

/** What a template may read: `{{ trigger.comment.text }}`, `{{ steps.classify.output.label }}`. */
export type TemplateScope = {
  trigger: unknown;
  steps: Readonly<Record<string, { output: unknown }>>;
  execution?: unknown;
  /** What is known about the person (engine/services.ts); there for steps whose templates read it. */
  contact?: unknown;
};

/** Whether a string has something to render. */
export function isTemplate(text: string): boolean {
  return text.includes('{{') || text.includes('{%');
}

/**
 * Renders a template to text. What is missing renders as nothing; objects render as JSON.
 * @throws NodeError `template_failed` on bad syntax, an unknown filter or a passed limit
 */
export function renderTemplate(text: string, scope: TemplateScope): string {
  return isTemplate(text) ? rendering(undefined, () => renderText(text, scope)) : text;
}

/**
 * Renders every string of a config that holds a template, by the hints of its schema: `template: false` is taken
 * literally; with `raw: true`, or where the schema wants a number, boolean, list or object, a string that is exactly one
 * `{{ }}` gives the value itself. A config without templates is returned as it is. The result is not parsed yet.
 * @throws NodeError `template_failed` with the field
 */
export function renderConfig(
  config: Record<string, unknown>,
  schema: z.ZodType,
  scope: TemplateScope,
): unknown {
  const render = configRenderer(config, schema);
  return render ? render(scope) : config;
}

type Render = (scope: TemplateScope) => unknown;

const renderers = new WeakMap<object, { schema: z.ZodType; render: Render | undefined }>();

/** Prepares a config for rendering, once per config object; undefined when nothing in it is a template. */
export function configRenderer(config: Record<string, unknown>, schema: z.ZodType): Render | undefined {
  const known = renderers.get(config);
  if (known?.schema === schema) return known.render;
  const render = compileValue(config, schema, []);
  renderers.set(config, { schema, render });
  return render;
}

/** A string of a config that is rendered. */
export type ConfigTemplate = { path: (string | number)[]; text: string };

/** All templates of a config, literal fields left out. For validation. */
export function configTemplates(config: Record<string, unknown>, schema: z.ZodType): ConfigTemplate[] {
  const found: ConfigTemplate[] = [];
  collect(config, schema, [], found);
  return found;
}

/**
 * What a template reads: the ids of the steps it names, and all its paths (`['steps', 'classify', 'output', 'label']`), each
 * cut before the first part that is only known at run time.
 * @throws NodeError `template_failed` on bad syntax
 */
export function templateReferences(text: string): { steps: string[]; paths: string[][] } {
  if (!isTemplate(text)) return { steps: [], paths: [] };
  const paths = rendering(undefined, () => variablePaths(text)).map(fixedPart);
  const steps = paths.filter((path) => path[0] === 'steps' && path[1] !== undefined).map((path) => path[1]!);
  return { steps: [...new Set(steps)], paths };
}

/** Whether a template of the config reads `contact`. One that can't be read counts as not: rendering it says so. */
export function readsContact(config: Record<string, unknown>, schema: z.ZodType): boolean {
  return configTemplates(config, schema).some(({ text }) => {
    if (!text.includes('contact')) return false;
    try {
      return templateReferences(text).paths.some(([root]) => root === 'contact');
    } catch {
      return false;
    }
  });
}

/** Deeper than any form goes; strings below are taken literally. */
const DEEPEST_LEVEL = 32;

function compileValue(
  value: unknown,
  schema: z.ZodType | undefined,
  path: (string | number)[],
): Render | undefined {
  if (typeof value === 'string') return compileText(value, schema, path);
  if (typeof value !== 'object' || value === null || path.length >= DEEPEST_LEVEL) return undefined;
  if (configField(schema).literal) return undefined;
  return Array.isArray(value) ? compileList(value, schema, path) : compileObject(value, schema, path);
}

function compileList(
  items: unknown[],
  schema: z.ZodType | undefined,
  path: (string | number)[],
): Render | undefined {
  const renders = items.map((item, index) =>
    compileValue(item, childSchema(schema, index, items), [...path, index]),
  );
  if (renders.every((render) => render === undefined)) return undefined;
  return (scope) => items.map((item, index) => (renders[index] ? renders[index](scope) : item));
}

function compileObject(
  value: object,
  schema: z.ZodType | undefined,
  path: (string | number)[],
): Render | undefined {
  const renders = Object.entries(value)
    .filter(([key]) => key !== '__proto__')
    .map(([key, item]) => [key, compileValue(item, childSchema(schema, key, value), [...path, key])] as const)
    .filter((entry): entry is readonly [string, Render] => entry[1] !== undefined);
  if (renders.length === 0) return undefined;
  return (scope) => {
    const copy: Record<string, unknown> = { ...value };
    for (const [key, render] of renders) copy[key] = render(scope);
    return copy;
  };
}

function compileText(
  text: string,
  schema: z.ZodType | undefined,
  path: (string | number)[],
): Render | undefined {
  if (!isTemplate(text)) return undefined;
  const { literal, raw, accepts } = configField(schema);
  if (literal) return undefined;
  const field = fieldPath(path);
  if ((raw || !['text', 'any'].includes(accepts)) && isSingleOutput(text)) {
    return (scope) =>
      fitting(
        rendering(field, () => evaluateOutput(text, scope)),
        accepts,
      );
  }
  return (scope) =>
    fitting(
      rendering(field, () => renderText(text, scope)),
      accepts,
    );
}

/** A number or boolean that came as text, as most do that people or models wrote. */
function fitting(value: unknown, accepts: ConfigField['accepts']): unknown {
  if (value === null || value === undefined) return accepts === 'text' ? '' : undefined;
  if (typeof value !== 'string' || (accepts !== 'number' && accepts !== 'boolean')) return value;
  const text = value.trim();
  if (text === '') return undefined;
  if (accepts === 'number') return Number.isFinite(Number(text)) ? Number(text) : value;
  return text === 'true' ? true : text === 'false' ? false : value;
}

function collect(
  value: unknown,
  schema: z.ZodType | undefined,
  path: (string | number)[],
  found: ConfigTemplate[],
): void {
  if (typeof value === 'string') {
    if (isTemplate(value) && !configField(schema).literal) found.push({ path, text: value });
    return;
  }
  if (typeof value !== 'object' || value === null || path.length >= DEEPEST_LEVEL) return;
  if (configField(schema).literal) return;
  const entries: [string | number, unknown][] = Array.isArray(value)
    ? value.map((item, index) => [index, item])
    : Object.entries(value);
  for (const [key, item] of entries) collect(item, childSchema(schema, key, value), [...path, key], found);
}

function rendering<T>(field: string | undefined, render: () => T): T {
  try {
    return render();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const where = field ? ` in "${field}"` : '';
    throw new NodeError('template_failed', `The template${where} can't be rendered: ${reason}.`, {
      cause,
      outcome: 'not_performed',
      ...(field && { field }),
    });
  }
}

function fixedPart(path: unknown[]): string[] {
  const end = path.findIndex((part) => typeof part !== 'string' && typeof part !== 'number');
  return (end === -1 ? path : path.slice(0, end)).map(String);
}
