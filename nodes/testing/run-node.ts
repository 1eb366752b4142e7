import type { TriggerEvent } from '../../engine/event.ts';
import type { EffectOptions, NodeClass, NodeResult, Resume, StepUsage } from '../../engine/node-type.ts';
import type { NodeServices } from '../../engine/services.ts';
import { renderConfig } from '../../engine/templates.ts';
import type { Call, FakeAnswers } from './fake-services.ts';
import { createFakeServices } from './fake-services.ts';

export const NOW = '2026-03-02T10:00:00.000Z';

export type RunOptions = {
  config?: Record<string, unknown>;
  trigger?: TriggerEvent;
  steps?: Record<string, { output: unknown }>;
  answers?: FakeAnswers;
  resume?: Resume;
  dryRun?: boolean;
  /** Results of effects of an earlier run of the step, by key, as the journal has them. */
  journalled?: Record<string, unknown>;
  /** Services of their own instead of the fake ones. */
  services?: Partial<NodeServices>;
};

export type RanNode = {
  result: NodeResult;
  calls: Call[];
  effects: { key: string; options: EffectOptions<unknown> }[];
  logs: string[];
  tokens: string[];
  usage: StepUsage[];
};

export const comment: TriggerEvent = {
  kind: 'comment',
  at: '2026-03-02T09:59:50.000Z',
  account: { id: 'account-1', username: 'shop', rowId: 'row-1' },
  from: { id: 'person-1', username: 'mia' },
  comment: { id: 'comment-1', text: 'How much is it?', media: { id: 'media-1' } },
};

export const message: TriggerEvent = {
  kind: 'message',
  at: '2026-03-02T09:59:50.000Z',
  account: { id: 'account-1', username: 'shop', rowId: 'row-1' },
  from: { id: 'person-1', username: 'mia' },
  message: { id: 'message-0', text: 'Hello', attachments: [] },
};

/** Runs a node once, its config filled with defaults and rendered as the engine does, its effects performed at once. */
export async function runNode(nodeClass: NodeClass, options: RunOptions = {}): Promise<RanNode> {
  const { trigger = comment, steps = {}, dryRun = false } = options;
  const schema = nodeClass.description.config;
  const withDefaults = schema.parse(options.config ?? {}) as Record<string, unknown>;
  const config = schema.parse(
    renderConfig(withDefaults, schema, { trigger, steps, contact: options.answers?.contact }),
  );

  const { services, calls } = createFakeServices(options.answers);
  const journalled = new Map(Object.entries(options.journalled ?? {}));
  const ran: Omit<RanNode, 'result'> = { calls, effects: [], logs: [], tokens: [], usage: [] };
  const { signal } = new AbortController();
  const result = await new nodeClass().run({
    config,
    trigger,
    steps,
    workspaceId: 'workspace-1',
    flowId: 'flow-1',
    executionId: 'execution-1',
    nodeId: 'node-1',
    attempt: 1,
    dryRun,
    ...(options.resume && { resume: options.resume }),
    signal,
    services: { ...services, ...options.services },
    now: () => new Date(NOW),
    log: (text) => ran.logs.push(text),
    token: (text) => ran.tokens.push(text),
    usage: (usage) => ran.usage.push(usage),
    effect: async (key, perform, effectOptions) => {
      if (journalled.has(key)) return journalled.get(key) as Awaited<ReturnType<typeof perform>>;
      ran.effects.push({ key, options: effectOptions as EffectOptions<unknown> });
      const result = dryRun ? effectOptions.dryRunResult : await perform(signal);
      journalled.set(key, result);
      return result;
    },
  });
  return { ...ran, result };
}

/** The ports and data of a node that fired. @throws Error when it did something else */
export function firedOf(ran: RanNode): { ports: string[]; data: unknown } {
  if (ran.result.kind !== 'fired')
    throw new Error(`The node did not fire, it answered "${ran.result.kind}".`);
  return { ports: ran.result.ports, data: ran.result.data };
}
