import { z } from 'zod';
import { NodeError } from '../../engine/errors.ts';
import type { NodeContext, NodeResult } from '../../engine/node-type.ts';
import { describeNode, fired } from '../../engine/node-type.ts';
import type { HttpRequest } from '../../engine/services.ts';
import { templateField } from '../config-fields.ts';

/** Headers that the connection itself needs; setting them would break or redirect the request. */
const RESERVED_HEADERS = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Answers that are worth another try. */
const RETRYABLE_STATUS = new Set([408, 425, 429, 500, 502, 503, 504]);

const headerSchema = z.object({
  name: z
    .string()
    .max(100)
    .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, 'Use letters, digits and "-" only.')
    .refine((name) => !RESERVED_HEADERS.has(name.toLowerCase()), {
      error: 'This header is set by the connection itself. Remove it.',
    })
    .meta({ title: 'Name', placeholder: 'Authorization', widget: 'text', template: false }),
  value: z.string().max(4_000).default('').meta({ title: 'Value', widget: 'text', secret: true }),
});

const config = z.object({
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']).default('GET').meta({ title: 'Method' }),
  url: templateField('', {
    title: 'Address',
    description: 'A public http or https address. Addresses inside your own network are refused.',
    placeholder: 'https://api.example.com/orders/{{ trigger.data.order }}',
    widget: 'text',
  }),
  headers: z.array(headerSchema).max(50).default([]).meta({
    title: 'Headers',
    description: 'Sent along with the request, such as a key of the other service.',
    advanced: true,
  }),
  body: z.string().max(100_000).default('').meta({
    title: 'Body',
    description:
      'What is sent. JSON, unless a Content-Type header says otherwise. Use {{ value | json }} inside JSON.',
    placeholder: '{ "name": {{ trigger.from.username | json }} }',
    widget: 'code',
  }),
  failOnStatus: z.boolean().default(true).meta({
    title: 'An error answer is a failure',
    description:
      'On: an answer of 400 and up fails the step. Off: the flow goes on and can look at the status.',
    advanced: true,
  }),
  idempotent: z.boolean().default(false).meta({
    title: 'May be sent twice',
    description: 'On when sending it again does no harm. Off: after a crash in between, a person is asked.',
    advanced: true,
  }),
  timeoutSeconds: z
    .number()
    .min(1)
    .max(120)
    .default(15)
    .meta({ title: 'Time limit (seconds)', advanced: true }),
  maxKilobytes: z.number().int().min(1).max(5_120).default(512).meta({
    title: 'Largest answer (KB)',
    advanced: true,
  }),
});

type Config = z.output<typeof config>;
type Answer = { status: number; headers: Record<string, string>; body: string };

/** Calls another service over HTTP. */
export class Request {
  static readonly description = describeNode({
    type: 'http.request',
    version: 1,
    category: 'other',
    kind: 'step',
    name: 'Call a web service',
    summary: 'Fetches from or sends to another service on the internet.',
    icon: 'globe',
    phrase: '{{ method }} {{ url }}',
    docs: [
      'Calls an address on the internet. A JSON answer can be used field by field.',
      '',
      'Example: GET `https://api.example.com/stock/42`; a later step writes `Only {{ steps.stock.output.body.left }} left!`',
      '',
      'Everything but GET carries an `Idempotency-Key` header that stays the same when the step is tried again, so that services which know it do nothing twice.',
    ].join('\n'),
    config,
    outputs: [{ id: 'out' }],
    output: z.object({
      status: z.number(),
      headers: z.record(z.string(), z.string()),
      body: z.unknown(),
    }),
    hasEffect: true,
  });

  async run(context: NodeContext<Config>): Promise<NodeResult> {
    const { config, services } = context;
    const request = toRequest(config, `${context.executionId}:${context.nodeId}`);
    const perform = async (signal: AbortSignal): Promise<Answer> => {
      const answer = await services.http.request(request, signal);
      if (config.failOnStatus && answer.status >= 400) throw statusError(request, answer, config.idempotent);
      return answer;
    };

    const answer =
      request.method === 'GET'
        ? await perform(context.signal)
        : await context.effect('request', perform, {
            describe: `${request.method} ${withoutQuery(request.url)}`,
            request: { method: request.method, url: withoutQuery(request.url), body: request.body },
            dryRunResult: { status: 200, headers: {}, body: '' },
            idempotent: config.idempotent,
          });
    return fired('out', { status: answer.status, headers: answer.headers, body: parseBody(answer) });
  }
}

function toRequest(config: Config, idempotencyKey: string): HttpRequest {
  const url = config.url.trim();
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) {
    throw new NodeError('invalid_url', 'The address must be complete and start with https:// or http://.', {
      field: 'url',
    });
  }
  const headers: Record<string, string> = {};
  const hasBody = config.method !== 'GET' && config.body !== '';
  if (hasBody) headers['content-type'] = 'application/json';
  if (config.method !== 'GET') headers['idempotency-key'] = idempotencyKey;
  for (const { name, value } of config.headers) headers[name.toLowerCase()] = value;
  return {
    method: config.method,
    url,
    headers,
    ...(hasBody && { body: config.body }),
    timeoutMs: config.timeoutSeconds * 1_000,
    maxBytes: config.maxKilobytes * 1_024,
  };
}

/**
 * A 4xx says that nothing was done. After a 5xx to something that may not happen twice nobody knows, so it is not tried
 * again by itself.
 */
function statusError(request: HttpRequest, answer: Answer, isIdempotent: boolean): NodeError {
  const isRefused = answer.status < 500;
  const isRepeatable = request.method === 'GET' || isIdempotent || isRefused;
  return new NodeError(
    'http_status',
    `${request.method} ${withoutQuery(request.url)} was answered with status ${answer.status}.`,
    {
      retryable: isRepeatable && RETRYABLE_STATUS.has(answer.status),
      outcome: isRefused ? 'not_performed' : 'unknown',
      ...retryAfter(answer.headers['retry-after']),
      details: { status: answer.status, body: answer.body.slice(0, 500) },
    },
  );
}

/** `Retry-After` in seconds (RFC 9110, 10.2.3), at most an hour; the form with a date is left out. */
function retryAfter(value: string | undefined): { retryAfterMs?: number } {
  return value && /^\d{1,6}$/.test(value) ? { retryAfterMs: Math.min(Number(value), 3_600) * 1_000 } : {};
}

/** Queries often hold keys; descriptions and messages don't repeat them. */
function withoutQuery(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}

function parseBody(answer: Answer): unknown {
  if (!/\bjson\b/i.test(answer.headers['content-type'] ?? '')) return answer.body;
  try {
    return JSON.parse(answer.body);
  } catch {
    return answer.body;
  }
}
