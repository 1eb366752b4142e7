import type { z } from 'zod';
import type { TriggerEvent } from './event.ts';
import type { NodeServices } from './services.ts';

export type NodeCategory =
  | 'trigger'
  | 'ai'
  | 'knowledge'
  | 'logic'
  | 'people'
  | 'instagram'
  | 'contact'
  | 'other';

/**
 * An output port. Either fixed, or one port for each item of a list in the config:
 * `{ each: 'labels', id: 'name' }` gives a port per label, whose id and label are the label's `name`.
 * The editor draws ports from this alone; it never runs node code.
 */
export type PortSpec = { id: string; label?: string } | { each: string; id: string };

/**
 * The static part of a node type.
 *
 * Hints for the form are given on config fields by `.meta({...})` and reach the editor in the JSON Schema:
 * `title`, `description`, `placeholder`, `examples`, `widget` (`textarea | text | account | knowledgeBase | flow | model | cron |
 * tags | duration | conditions | code`), `advanced: true` (folded away),
 * `template: false` (the string is taken literally: no `{{ }}`), `raw: true` (a string that is exactly one `{{ }}`
 * gives the value itself, not its text), `secret: true` (hidden from the log of a run and from exports).
 */
export type NodeDescription<Config extends z.ZodType = z.ZodType> = {
  /** Permanent name, e.g. `instagram.reply_to_comment`. */
  type: string;
  version: number;
  category: NodeCategory;
  /** Name in the palette: "Reply to comment". */
  name: string;
  /** One plain sentence for the palette. */
  summary: string;
  /** Markdown for the Docs tab. */
  docs?: string;
  /** Lucide icon name in kebab-case. */
  icon: string;
  /** What the card says, a template over the config: `Reply: {{ text }}`. */
  phrase?: string;
  config: Config;
  /** Triggers have no input. */
  kind: 'trigger' | 'step';
  outputs: PortSpec[];
  /** Shape of the output data, for completion of `{{ steps.x.output.… }}`. */
  output?: z.ZodType;
  /** True where the outside world sees it: marks the card and what a dry run only shows. */
  hasEffect?: boolean;
  /**
   * True where it only computes: asks no service, has no effect, and may as well be run again. Its result is then written
   * down together with what is written next, not before anything downstream starts.
   */
  isPure?: boolean;
};

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Tokens and money one step used; `model` says who answered (`builtin` without a key). */
export type StepUsage = { model: string; inputTokens?: number; outputTokens?: number; costUsd?: number };

/** What woke a waiting step. */
export type Resume =
  | { kind: 'time'; at: string }
  | {
      kind: 'approval';
      decision: 'approved' | 'rejected' | 'expired';
      text?: string;
      reason?: string;
      by?: string;
    }
  /** The person's next message; `state` is what the step waited with. */
  | { kind: 'message'; event: TriggerEvent; state?: unknown };

/** What a step waits for. With `until` it is woken by time at the latest; ISO 8601. */
export type Wait =
  | { for: 'time'; until: string }
  | { for: 'approval'; until?: string; draft: string; context?: Record<string, unknown> }
  /**
   * For the next message of the person whose event started the flow. `state` is plain JSON that is handed back with the message.
   * The message starts no flow, unless `alsoStartsFlows`: then it also starts others than the one that waited.
   */
  | { for: 'message'; until?: string; state?: unknown; alsoStartsFlows?: boolean };

export type NodeResult =
  | { kind: 'fired'; ports: string[]; data: unknown }
  | { kind: 'wait'; wait: Wait }
  /** Ends the whole execution well; what has not started is skipped. */
  | { kind: 'stop'; data: unknown };

/** The node goes on through `port` with `data` (plain JSON). */
export function fired(port: string, data: unknown): NodeResult {
  return { kind: 'fired', ports: [port], data };
}

/** The node suspends the execution; `run` is called again with `context.resume` set. */
export function waitFor(wait: Wait): NodeResult {
  return { kind: 'wait', wait };
}

export type EffectOptions<T> = {
  /** In words, for dry runs and the log: "Reply to comment 1789: Thanks!" */
  describe: string;
  /** What would be sent, shown in the log and in dry runs. No secrets. */
  request?: unknown;
  /** What a dry run answers instead of performing. */
  dryRunResult: T;
  /**
   * Asked when an intention is found without a result (crash in between).
   * `{done: true, result}`: it happened; `{done: false}`: it surely did not, perform again; `null`: can't tell.
   * `intendedAt` (ISO 8601) is when the intention was journalled, where the journal knows it.
   */
  reconcile?: (
    signal: AbortSignal,
    intendedAt?: string,
  ) => Promise<{ done: true; result: T } | { done: false } | null>;
  /** True when performing twice is the same as once (hide a comment, PUT). Default false. */
  idempotent?: boolean;
};

export type NodeContext<Config> = {
  /** The config with all templates rendered, parsed by the schema. */
  config: Config;
  trigger: TriggerEvent;
  /** Output of every settled upstream node, by node id. */
  steps: Readonly<Record<string, { output: unknown }>>;
  workspaceId: string;
  flowId: string;
  executionId: string;
  nodeId: string;
  /** 1 for the first try. */
  attempt: number;
  dryRun: boolean;
  /** Set when the step goes on after waiting. */
  resume?: Resume;
  /** Aborted at the node's timeout and on cancel. Made when first read: a spread copy of the context has none. */
  signal: AbortSignal;
  services: NodeServices;
  now(): Date;
  /** A line in the step's log; `data` is plain JSON without secrets. */
  log(message: string, data?: unknown, level?: LogLevel): void;
  /** A piece of text as a model produces it, streamed to who is watching. */
  token(text: string): void;
  usage(usage: StepUsage): void;
  /**
   * Does something the outside world sees, once. `key` names the effect inside the step (`reply`); the same step asked
   * again with the same key gets the journalled result and performs nothing.
   * @throws EffectUncertainError when an earlier attempt may have happened and nobody can tell
   */
  effect<T>(key: string, perform: (signal: AbortSignal) => Promise<T>, options: EffectOptions<T>): Promise<T>;
};

/** An instance of a node class. One instance serves all executions: it keeps no state between runs. */
export type NodeInstance<Config = unknown> = {
  run(context: NodeContext<Config>): Promise<NodeResult>;
};

/** Triggers also decide whether an event starts their flow. Pure and fast: it runs for every webhook. */
export type TriggerInstance<Config = unknown> = NodeInstance<Config> & {
  matches(event: TriggerEvent, config: Config): boolean;
};

/** What `catalogue.ts` and custom packages list: a class with a static description. */
export type NodeClass<Config extends z.ZodType = z.ZodType> = {
  description: NodeDescription<Config>;
  new (): NodeInstance<z.output<Config>>;
};

/** Gives the description its types; returns it unchanged. */
export function describeNode<Config extends z.ZodType>(
  description: NodeDescription<Config>,
): NodeDescription<Config> {
  return description;
}
