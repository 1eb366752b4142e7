import { expect } from 'vitest';
import { z } from 'zod';
import type { GraphInput } from '../../engine/graph.ts';
import type {
  Approval,
  Execution,
  ExecutionSummary,
  Flow,
  SandboxItem,
  Template,
} from '../../server/contract/shapes.ts';
import {
  accountSchema,
  apiKeyCreatedSchema,
  approvalSchema,
  executionSchema,
  executionSummarySchema,
  flowSchema,
  pageOf,
  runStartedSchema,
  sandboxItemSchema,
  sandboxTimelineSchema,
  templateSchema,
} from '../../server/contract/shapes.ts';
import { waitUntil } from './wait-until.ts';

export type Answer = { status: number; headers: Headers; text: string; body: unknown };

/** Calls the HTTP API. A body is sent as JSON. */
export async function call(
  url: string,
  method: string,
  path: string,
  options: { body?: unknown; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const response = await fetch(url + path, {
    method,
    headers: {
      ...(options.body !== undefined && { 'Content-Type': 'application/json' }),
      ...options.headers,
    },
    ...(options.body !== undefined && { body: JSON.stringify(options.body) }),
  });
  const text = await response.text();
  const isJson = /json/.test(response.headers.get('Content-Type') ?? '');
  return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : null };
}

export const SETUP = { name: 'Ada', email: 'ada@example.com', password: 'correct horse battery' };

/** Sets the installation up and makes an API key, with which everything else is done. */
export async function setUpOwner(url: string): Promise<Owner> {
  const setup = await call(url, 'POST', '/api/v1/setup', { body: SETUP });
  expect(setup.status, setup.text).toBe(201);
  const Cookie = setup.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ');
  const created = await call(url, 'POST', '/api/v1/api-keys', {
    body: { name: 'Tests', role: 'admin' },
    headers: { Cookie },
  });
  expect(created.status, created.text).toBe(201);
  return new Owner(url, apiKeyCreatedSchema.parse(created.body).key);
}

const listedTemplates = z.object({ items: z.array(templateSchema) });

/** What the owner of an installation does, over HTTP with an API key. */
export class Owner {
  readonly url: string;
  readonly key: string;

  constructor(url: string, key: string) {
    this.url = url;
    this.key = key;
  }

  call(method: string, path: string, body?: unknown): Promise<Answer> {
    const headers = { Authorization: `Bearer ${this.key}` };
    return call(this.url, method, path, { headers, ...(body !== undefined && { body }) });
  }

  /** Calls and reads the answer. @throws where the status is another */
  async ask<T extends z.ZodType>(
    schema: T,
    status: number,
    method: string,
    path: string,
    body?: unknown,
  ): Promise<z.output<T>> {
    const answer = await this.call(method, path, body);
    expect(answer.status, `${method} ${path}: ${answer.text}`).toBe(status);
    return schema.parse(answer.body);
  }

  async template(id: string): Promise<Template> {
    const { items } = await this.ask(listedTemplates, 200, 'GET', '/api/v1/templates');
    const template = items.find((item) => item.id === id);
    if (!template) throw new Error(`There is no template ${id}.`);
    return template;
  }

  draft(name: string, graph: GraphInput): Promise<Flow> {
    return this.ask(flowSchema, 201, 'POST', '/api/v1/flows', { name, graph });
  }

  async publish(name: string, graph: GraphInput): Promise<Flow> {
    const { id } = await this.draft(name, graph);
    return this.ask(flowSchema, 200, 'POST', `/api/v1/flows/${id}/publish`, {});
  }

  async unpublish(flowId: string): Promise<void> {
    await this.ask(flowSchema, 200, 'POST', `/api/v1/flows/${flowId}/unpublish`);
  }

  async connectAccount(externalId: string, accessToken: string): Promise<void> {
    const account = { platform: 'instagram', externalId, username: 'shop', accessToken };
    await this.ask(accountSchema, 201, 'POST', '/api/v1/accounts', account);
  }

  async run(flowId: string, request: unknown = {}): Promise<string> {
    const path = `/api/v1/flows/${flowId}/run`;
    return (await this.ask(runStartedSchema, 202, 'POST', path, request)).executionId;
  }

  comment(text: string, username?: string): Promise<SandboxItem> {
    return this.ask(sandboxItemSchema, 201, 'POST', '/api/v1/sandbox/comments', { text, username });
  }

  message(text: string, username?: string): Promise<SandboxItem> {
    return this.ask(sandboxItemSchema, 201, 'POST', '/api/v1/sandbox/messages', { text, username });
  }

  async timeline(): Promise<SandboxItem[]> {
    return (await this.ask(sandboxTimelineSchema, 200, 'GET', '/api/v1/sandbox/timeline')).items;
  }

  /** What the account did in the sandbox about this comment. */
  async answersTo(commentId: string): Promise<SandboxItem[]> {
    return (await this.timeline()).filter(
      ({ author, parentId }) => author === 'account' && parentId === commentId,
    );
  }

  async executions(flowId: string): Promise<ExecutionSummary[]> {
    const path = `/api/v1/executions?flowId=${flowId}&limit=200`;
    return (await this.ask(pageOf(executionSummarySchema), 200, 'GET', path)).items;
  }

  execution(id: string): Promise<Execution> {
    return this.ask(executionSchema, 200, 'GET', `/api/v1/executions/${id}`);
  }

  untilStatus(executionId: string, status: Execution['status']): Promise<Execution> {
    return waitUntil(`execution ${executionId} is ${status}`, async () => {
      const execution = await this.execution(executionId);
      if (execution.status === status) return execution;
      throw new Error(`It is ${execution.status}: ${execution.error?.message ?? ''}`);
    });
  }

  /** The flow's only execution, once it stands so. */
  async untilOnlyExecution(flowId: string, status: Execution['status']): Promise<Execution> {
    const { id } = await this.untilExecutionOf(flowId);
    const execution = await this.untilStatus(id, status);
    expect(await this.executions(flowId)).toHaveLength(1);
    return execution;
  }

  /** The newest execution of the flow, once there is one. */
  untilExecutionOf(flowId: string): Promise<ExecutionSummary> {
    return waitUntil(`an execution of flow ${flowId}`, async () => (await this.executions(flowId))[0]);
  }

  /** The execution that an event of the sandbox started, once it stands so. */
  async untilHandled(flowId: string, item: SandboxItem, status: Execution['status']): Promise<Execution> {
    const { id } = await waitUntil(`an execution for "${item.text}"`, async () =>
      (await this.executions(flowId)).find(({ title }) => title.includes(item.text)),
    );
    return this.untilStatus(id, status);
  }

  async approvals(status = 'pending'): Promise<Approval[]> {
    return (await this.ask(pageOf(approvalSchema), 200, 'GET', `/api/v1/approvals?status=${status}`)).items;
  }

  untilApproval(executionId: string): Promise<Approval> {
    return waitUntil(`an approval of execution ${executionId}`, async () =>
      (await this.approvals()).find((approval) => approval.executionId === executionId),
    );
  }
}
