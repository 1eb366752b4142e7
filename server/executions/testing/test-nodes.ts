import { z } from 'zod';
import { NodeCatalogue } from '../../../engine/catalogue.ts';
import type { TriggerEvent } from '../../../engine/event.ts';
import type { NodeClass, NodeContext, NodeResult } from '../../../engine/node-type.ts';
import { describeNode, fired, waitFor } from '../../../engine/node-type.ts';
import { ScheduleTrigger } from '../../../nodes/trigger/schedule.ts';
import { WebhookTrigger } from '../../../nodes/trigger/webhook.ts';

/** The outside world of a test: what was done to it, and a door that a step can be held at. */
export class World {
  readonly replies: { commentId: string; text: string }[] = [];
  readonly #gates = new Map<string, PromiseWithResolvers<void>>();
  readonly #arrived = new Map<string, PromiseWithResolvers<void>>();

  /** Resolves once somebody stands at the gate. */
  arrived(gate: string): Promise<void> {
    return this.#promise(this.#arrived, gate).promise;
  }

  open(gate: string): void {
    this.#promise(this.#gates, gate).resolve();
  }

  async pass(gate: string, signal: AbortSignal): Promise<void> {
    this.#promise(this.#arrived, gate).resolve();
    const aborted = new Promise<never>((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason));
    });
    await Promise.race([this.#promise(this.#gates, gate).promise, aborted]);
  }

  #promise(of: Map<string, PromiseWithResolvers<void>>, gate: string): PromiseWithResolvers<void> {
    const known = of.get(gate) ?? Promise.withResolvers<void>();
    of.set(gate, known);
    return known;
  }
}

/** A few node types that show how executions behave; the same catalogue for every test, the world for each its own. */
/** @param without a type that is left out, as in a version that does not have it yet */
export function testCatalogue(world: World, without?: string): NodeCatalogue {
  const catalogue = new NodeCatalogue();
  catalogue.register(ScheduleTrigger);
  catalogue.register(WebhookTrigger);
  const textConfig = z.object({ text: z.string().default('') });
  const base = { version: 1, name: 'Test', summary: 'Test', icon: 'box', outputs: [{ id: 'out' }] };

  catalogue.register(
    class Trigger {
      static description = describeNode({
        ...base,
        type: 'trigger.test',
        category: 'trigger',
        kind: 'trigger',
        config: z.object({ keyword: z.string().default('') }),
      });
      matches(event: TriggerEvent, config: { keyword: string }): boolean {
        return event.kind === 'comment' && (event.comment?.text ?? '').includes(config.keyword);
      }
      async run(context: NodeContext<{ keyword: string }>): Promise<NodeResult> {
        return fired('out', context.trigger);
      }
    },
  );
  catalogue.register(
    class Reply {
      static description = describeNode({
        ...base,
        type: 'test.reply',
        category: 'instagram',
        kind: 'step',
        config: textConfig,
      });
      async run(context: NodeContext<{ text: string }>): Promise<NodeResult> {
        const commentId = context.trigger.comment?.id ?? '';
        const { text } = context.config;
        const done = await context.effect(
          'reply',
          async () => {
            world.replies.push({ commentId, text });
            return { id: `reply-${world.replies.length}` };
          },
          {
            describe: `Reply to ${commentId}`,
            dryRunResult: { id: 'dry' },
            reconcile: async () =>
              world.replies.some((reply) => reply.commentId === commentId)
                ? { done: true, result: { id: 'found' } }
                : { done: false },
          },
        );
        return fired('out', done);
      }
    },
  );
  catalogue.register(
    class Gate {
      static description = describeNode({
        ...base,
        type: 'test.gate',
        category: 'logic',
        kind: 'step',
        config: textConfig,
      });
      async run(context: NodeContext<{ text: string }>): Promise<NodeResult> {
        await world.pass(context.config.text, context.signal);
        return fired('out', { passed: context.config.text });
      }
    },
  );
  catalogue.register(
    class Delay {
      static description = describeNode({
        ...base,
        type: 'test.delay',
        category: 'logic',
        kind: 'step',
        config: z.object({ ms: z.number() }),
      });
      async run(context: NodeContext<{ ms: number }>): Promise<NodeResult> {
        if (context.resume) return fired('out', { resumed: context.resume.kind });
        const until = new Date(context.now().getTime() + context.config.ms).toISOString();
        return waitFor({ for: 'time', until });
      }
    },
  );
  catalogue.register(
    class Approval {
      static description = describeNode({
        ...base,
        type: 'test.approval',
        category: 'people',
        kind: 'step',
        outputs: [{ id: 'approved' }, { id: 'rejected' }, { id: 'timeout' }],
        config: z.object({ text: z.string(), timeoutMs: z.number().optional() }),
      });
      async run(context: NodeContext<{ text: string; timeoutMs?: number | undefined }>): Promise<NodeResult> {
        const { resume, config } = context;
        if (resume?.kind === 'approval' && resume.decision === 'approved') {
          return fired('approved', { text: resume.text ?? config.text });
        }
        if (resume)
          return fired(
            resume.kind === 'approval' && resume.decision === 'rejected' ? 'rejected' : 'timeout',
            {},
          );
        const until =
          config.timeoutMs === undefined
            ? undefined
            : new Date(context.now().getTime() + config.timeoutMs).toISOString();
        return waitFor({
          for: 'approval',
          draft: config.text,
          context: { by: 'test' },
          ...(until && { until }),
        });
      }
    },
  );
  catalogue.register(
    class Fail {
      static description = describeNode({
        ...base,
        type: 'test.fail',
        category: 'logic',
        kind: 'step',
        config: textConfig,
      });
      async run(): Promise<NodeResult> {
        if (world.replies.length === 0) throw new Error('It does not work.');
        return fired('out', {});
      }
    },
  );
  if (without === undefined) return catalogue;
  const older = new NodeCatalogue();
  for (const { description, instance } of catalogue.list()) {
    if (description.type === without) continue;
    older.register(Object.assign(instance.constructor, { description }) as NodeClass);
  }
  return older;
}
