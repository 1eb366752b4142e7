/** The parts of a text that are Liquid: `{{ … }}` and `{% … %}`. */
const LIQUID = /\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}/g;
const DOTTED_STEP = /\bsteps\.([A-Za-z0-9_-]+)/g;
const BRACKETED_STEP = /\bsteps\[(['"])([^'"\]]+)\1\]/g;

/**
 * `value` (plain JSON) with every template reference `steps.<old id>` rewritten to the new id. References to nodes that
 * `newIds` doesn't name stay as they are, and so does text outside of `{{ }}`.
 */
export function remapStepReferences(value: unknown, newIds: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'string') return remapText(value, newIds);
  if (Array.isArray(value)) return value.map((item) => remapStepReferences(item, newIds));
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, remapStepReferences(item, newIds)]),
    );
  }
  return value;
}

function remapText(text: string, newIds: ReadonlyMap<string, string>): string {
  return text.replace(LIQUID, (liquid) =>
    liquid
      .replace(DOTTED_STEP, (whole, id: string) => {
        const renamed = newIds.get(id);
        return renamed === undefined ? whole : `steps.${renamed}`;
      })
      .replace(BRACKETED_STEP, (whole, quote: string, id: string) => {
        const renamed = newIds.get(id);
        return renamed === undefined ? whole : `steps[${quote}${renamed}${quote}]`;
      }),
  );
}
