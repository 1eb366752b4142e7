import { registerHooks } from 'node:module';

/** The module that custom nodes import, and what it hands on. */
const PUBLIC_ENTRY = new URL('../../nodes/custom-node.ts', import.meta.url).href;

let isRegistered = false;

/**
 * Makes `replygraph/node` and `zod` importable from custom nodes wherever their files lie, so that a folder with one
 * TypeScript file needs no package.json and no installation. What a custom node has installed itself comes first.
 * `replygraph/node` is always this very process's: a second copy would not know our classes.
 */
export function registerCustomNodeImports(): void {
  if (isRegistered) return;
  isRegistered = true;
  registerHooks({
    resolve(specifier, context, nextResolve) {
      if (specifier === 'replygraph/node') return { url: PUBLIC_ENTRY, shortCircuit: true };
      if (specifier !== 'zod' && !specifier.startsWith('zod/')) return nextResolve(specifier, context);
      try {
        return nextResolve(specifier, context);
      } catch {
        return nextResolve(specifier, { ...context, parentURL: import.meta.url });
      }
    },
  });
}
