import { Context, Liquid, type Output, type Template, toValueSync } from 'liquidjs';

/**
 * Limits of one template. A template past them is a mistake or an attack: a prompt has room in `textLength`, and no
 * honest template loops for a tenth of a second.
 */
export const TEMPLATE_LIMITS = {
  textLength: 50_000,
  outputLength: 100_000,
  renderMs: 100,
  memory: 2_000_000,
};

/** How many parsed templates are kept; a flow has some dozens, a busy server some thousands. */
const KEPT_TEMPLATES = 5_000;

/** Tags that read other templates: there are none. */
const FORBIDDEN_TAGS = ['include', 'render', 'layout', 'block'];

const textEngine = createEngine(displayText);
/** The same without turning values into text, for fields that take the value itself. */
const valueEngine = createEngine();

const texts = new Map<string, Template[]>();
const values = new Map<string, Template[]>();

/** Renders to text. @throws an error of LiquidJS on bad syntax, unknown filters and passed limits */
export function renderText(template: string, scope: object): string {
  const templates = parseOnce(textEngine, texts, template);
  return onceMoreIfLate(() => {
    const context = new Context(scope, textEngine.options, { sync: true }, { liquid: textEngine });
    const emitter = new BoundedEmitter();
    toValueSync(textEngine.renderer.renderTemplates(templates, context, emitter));
    return emitter.buffer;
  });
}

/** The value of a template that is exactly one `{{ }}`. @throws as renderText */
export function evaluateOutput(template: string, scope: object): unknown {
  const [output] = parseOnce(valueEngine, values, template.trim());
  return onceMoreIfLate(() => {
    const context = new Context(scope, valueEngine.options, { sync: true }, { liquid: valueEngine });
    return toValueSync((output as Output).value.value(context, true));
  });
}

/**
 * The time limit is by the clock: a process that stood still in the middle, frozen or without a turn on a busy machine, has
 * passed it through no fault of the template. One that is too slow is so the second time too.
 */
function onceMoreIfLate<T>(render: () => T): T {
  try {
    return render();
  } catch (error) {
    if (error instanceof Error && error.message.includes('render limit exceeded')) return render();
    throw error;
  }
}

/** Whether the whole text is one `{{ }}` and nothing else. */
export function isSingleOutput(template: string): boolean {
  const trimmed = template.trim();
  return (
    trimmed.startsWith('{{') &&
    trimmed.endsWith('}}') &&
    trimmed.indexOf('}}') === trimmed.length - 2 &&
    !trimmed.includes('{%')
  );
}

/** The variables that a template reads from outside, each as its path. @throws on bad syntax */
export function variablePaths(template: string): unknown[][] {
  return textEngine.globalVariableSegmentsSync(parseOnce(textEngine, texts, template)) as unknown[][];
}

class BoundedEmitter {
  buffer = '';

  write(value: unknown): void {
    this.buffer += displayText(value);
    if (this.buffer.length > TEMPLATE_LIMITS.outputLength) {
      throw new Error(`the result is longer than ${TEMPLATE_LIMITS.outputLength} characters`);
    }
  }
}

/** How a value reads inside a text: nothing for a missing one, a list as `a, b`, anything deeper as JSON. */
function displayText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === undefined || value === null) return '';
  if (typeof value !== 'object') return String(value);
  if (Array.isArray(value) && value.every((item) => typeof item !== 'object')) return value.join(', ');
  return JSON.stringify(value);
}

function createEngine(outputEscape?: (value: unknown) => string): Liquid {
  const engine = new Liquid({
    ownPropertyOnly: true,
    strictFilters: true,
    strictVariables: false,
    templates: {},
    parseLimit: TEMPLATE_LIMITS.textLength,
    renderLimit: TEMPLATE_LIMITS.renderMs,
    memoryLimit: TEMPLATE_LIMITS.memory,
    timezoneOffset: 0,
    locale: 'en-US',
    ...(outputEscape && { outputEscape }),
  });
  for (const tag of FORBIDDEN_TAGS) delete engine.tags[tag];
  return engine;
}

function parseOnce(engine: Liquid, kept: Map<string, Template[]>, text: string): Template[] {
  const known = kept.get(text);
  if (known) return known;
  const parsed = engine.parse(text);
  if (kept.size >= KEPT_TEMPLATES) kept.delete(kept.keys().next().value!);
  kept.set(text, parsed);
  return parsed;
}
