import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import type { FakeModerations } from './fake-moderations.ts';
import { createFakeModerations } from './fake-moderations.ts';

/** Text as text; parts as JSON; a message of tool calls alone has none. */
const contentSchema = z.union([
  z.string(),
  z.null().transform(() => ''),
  z.array(z.unknown()).transform((parts) => JSON.stringify(parts)),
]);
const requestSchema = z.object({
  model: z.string(),
  stream: z.boolean().optional(),
  max_tokens: z.number().optional(),
  max_completion_tokens: z.number().optional(),
  messages: z.array(z.object({ role: z.string(), content: contentSchema })),
  tools: z.array(z.object({ function: z.object({ name: z.string(), parameters: z.unknown() }) })).optional(),
});
export type ChatRequest = z.output<typeof requestSchema>;

/** How the server answers one request. */
export type Answer =
  /** Arguments of the tool that was offered, as JSON text; `name`: of another one of those. */
  | { kind: 'tool'; args: string; name?: string }
  /** Text; sent piece by piece when a stream was asked for. */
  | { kind: 'text'; pieces: string[]; withoutUsage?: boolean }
  | { kind: 'error'; status: number; code?: string; headers?: Record<string, string> }
  /** A body that is no JSON. */
  | { kind: 'garbage' }
  /** A stream that ends in the middle. */
  | { kind: 'broken' }
  /** The connection is cut before anything was said. */
  | { kind: 'reset' }
  | { kind: 'silence' };

export type FakeOpenAi = {
  url: string;
  /** Requests so far, with their headers' authorization. */
  requests: (ChatRequest & { authorization: string | undefined })[];
  /** The next requests are answered with these, one each. */
  answer(...answers: Answer[]): void;
  /** How requests are answered once those are used up; at first with 500. */
  always(answer: Answer): void;
  /** What `GET /models` lists, and with which status. */
  models: { ids: string[]; status: number };
  /** `POST /moderations`. */
  moderations: FakeModerations;
  /** Resolves when a request has come in that is met with silence. */
  silenced: Promise<void>;
  close(): void;
};

const USAGE = { prompt_tokens: 120, completion_tokens: 8, total_tokens: 128 };

/** A server that speaks OpenAI's chat completions protocol (JSON, server-sent events, tool calls, errors) and its moderation. */
export async function startFakeOpenAi(): Promise<FakeOpenAi> {
  const answers: Answer[] = [];
  const requests: FakeOpenAi['requests'] = [];
  const models: FakeOpenAi['models'] = { ids: ['fake-small', 'fake-large'], status: 200 };
  const moderations = createFakeModerations();
  const silence = Promise.withResolvers<void>();
  let otherwise: Answer = { kind: 'error', status: 500 };
  const server = createServer(async (request, response) => {
    if (request.method === 'GET') {
      response.writeHead(models.status, { 'content-type': 'application/json' });
      return void response.end(JSON.stringify({ object: 'list', data: models.ids.map((id) => ({ id })) }));
    }
    const text = await textOf(request);
    if (request.url?.endsWith('/moderations')) {
      return moderations.respond({ text, headers: request.headers }, response);
    }
    const body = requestSchema.parse(JSON.parse(text));
    requests.push({ ...body, authorization: request.headers.authorization });
    const answer = answers.shift() ?? otherwise;
    if (answer.kind === 'silence') return silence.resolve();
    if (answer.kind === 'reset') return void request.socket.destroy();
    respond(response, body, answer);
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    requests,
    answer: (...next) => {
      answers.length = 0;
      requests.length = 0;
      answers.push(...next);
    },
    always: (answer) => {
      otherwise = answer;
    },
    models,
    moderations,
    silenced: silence.promise,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function respond(
  response: ServerResponse,
  request: ChatRequest,
  answer: Exclude<Answer, { kind: 'silence' | 'reset' }>,
): void {
  // LangChain takes answers with the same id for one and the same.
  const about = { id: `chatcmpl-${randomUUID()}`, created: 1, model: request.model };
  if (answer.kind === 'error') {
    const error = { message: 'it went wrong, key sk-secret', type: 'some_error', code: answer.code ?? null };
    response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
    response.end(JSON.stringify({ error }));
  } else if (answer.kind === 'garbage') {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end('{"choices": [');
  } else if (answer.kind === 'broken' || request.stream) {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const event = (data: object) =>
      response.write(`data: ${JSON.stringify({ ...about, object: 'chat.completion.chunk', ...data })}\n\n`);
    if (answer.kind === 'tool') {
      // The arguments come in two halves, as they do from OpenAI.
      const call = toolCall(request, answer);
      const half = Math.ceil(answer.args.length / 2);
      const part = (from: number, to?: number) => ({
        ...call.function,
        arguments: answer.args.slice(from, to),
      });
      event({
        choices: [{ index: 0, delta: { tool_calls: [{ ...call, index: 0, function: part(0, half) }] } }],
      });
      const rest = { index: 0, function: { arguments: answer.args.slice(half) } };
      event({ choices: [{ index: 0, delta: { tool_calls: [rest] } }] });
    }
    const pieces = answer.kind === 'text' ? answer.pieces : answer.kind === 'broken' ? ['Half an ans'] : [];
    for (const content of pieces) event({ choices: [{ index: 0, delta: { role: 'assistant', content } }] });
    if (answer.kind === 'broken') return void setImmediate(() => response.destroy());
    event({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] });
    if (answer.kind !== 'text' || !answer.withoutUsage) event({ choices: [], usage: USAGE });
    response.end('data: [DONE]\n\n');
  } else {
    const message =
      answer.kind === 'tool'
        ? { role: 'assistant', content: null, tool_calls: [toolCall(request, answer)] }
        : { role: 'assistant', content: answer.pieces.join('') };
    const choices = [{ index: 0, message, finish_reason: answer.kind === 'tool' ? 'tool_calls' : 'stop' }];
    response.writeHead(200, { 'content-type': 'application/json' });
    const usage = answer.kind === 'text' && answer.withoutUsage ? undefined : USAGE;
    response.end(JSON.stringify({ ...about, object: 'chat.completion', choices, usage }));
  }
}

const toolCall = (request: ChatRequest, { name, args }: { name?: string; args: string }) => ({
  id: 'call_1',
  type: 'function',
  function: { name: name ?? request.tools?.[0]?.function.name ?? 'none', arguments: args },
});

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of request.setEncoding('utf8')) text += part;
  return text;
}
