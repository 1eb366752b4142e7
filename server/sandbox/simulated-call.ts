import type { GraphRefusal } from './rules.ts';
import { badParameter, noSuchObject } from './rules.ts';
import type { SandboxAccount } from './sandbox-items.ts';
import type { NewSandboxItem, SandboxRow, SandboxStore } from './sandbox-store.ts';

/** One call of the simulated Graph API, authenticated. */
export type SimulatedCall = {
  account: SandboxAccount;
  /** The object in the path; `me` is the account. */
  id: string;
  query: Readonly<Record<string, unknown>>;
  body: unknown;
  store: SandboxStore;
  /** Keeps what happened and tells of it by webhook. */
  tell(item: NewSandboxItem): Promise<SandboxRow>;
  now(): Date;
};

/** Answers a call with the body of a good answer. @throws Refused */
export type Simulate = (call: SimulatedCall) => Promise<unknown>;

/** A refusal on its way to the answer. */
export class Refused extends Error {
  readonly refusal: GraphRefusal;
  constructor(refusal: GraphRefusal) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

export function throwIf(refusal: GraphRefusal | null): void {
  if (refusal) throw new Refused(refusal);
}

/** @throws Refused unless the path names the account that calls */
export function requireOwn({ id, account }: SimulatedCall): void {
  if (id !== account.externalId && id !== 'me') throw new Refused(noSuchObject(id));
}

/** A parameter of the body or, as the Graph API takes it too, of the query. */
export function parameter(call: SimulatedCall, name: string): unknown {
  return (call.body as Record<string, unknown> | undefined)?.[name] ?? call.query[name];
}

export function requiredText(call: SimulatedCall, name: string): string {
  const value = parameter(call, name);
  if (typeof value !== 'string' || value === '') throw new Refused(badParameter(name));
  return value;
}
