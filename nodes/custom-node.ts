/**
 * What a custom node imports: `import { describeNode, fired, z } from 'replygraph/node'`. This is the one entry for code
 * outside of the project, resolved by package.json `exports` and, for files elsewhere, by server/nodes/resolve-hook.ts.
 * Names are added here, never removed.
 */

export { z } from 'zod';
export { EffectUncertainError, NodeError } from '../engine/errors.ts';
export type { TriggerEvent } from '../engine/event.ts';
export type {
  EffectOptions,
  NodeContext,
  NodeDescription,
  NodeInstance,
  NodeResult,
  Resume,
  TriggerInstance,
  Wait,
} from '../engine/node-type.ts';
export { describeNode, fired, waitFor } from '../engine/node-type.ts';
export type { NodeServices } from '../engine/services.ts';
