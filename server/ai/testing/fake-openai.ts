import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';

const requestSchema = z.object({
  model: z.string(),
  stream: z.boolean().optional(),
  messages: z.array(z.object({ role: z.string(), content: z.string() })),
  tools: z.array(z.object({ function: z.object({ name: z.string(), parameters: z.unknown() }) })).optional(),
});
export type ChatRequest = z.output<typeof requestSchema>;

/** How the server answers one request. */
export type Answer =
  /** Arguments of the tool that was offered, as JSON text. */
  | { kind: 'tool'; args: string }
  /** Text; sent piece by piece when a stream was asked for. */
  | { kind: 'text'; pieces: string[] }
  | { kind: 'error'; status: number; code?: string; headers?: Record<string, string> }
  /** A body that is no JSON. */
  | { kind: 'garbage' }
  /** A stream that ends in the middle. */
  | { kind: 'broken' }
  | { kind: 'silence' };

export type FakeOpenAi = {
  url: string;
  /** Requests so far, with their headers' authorization. */
  requests: (ChatRequest & { authorization: string | undefined })[];
  /** The next requests are answered with these, one each. */
  answer(...answers: Answer[]): void;
  /** Resolves when a request has come in that is met with silence. */
  silenced: Promise<void>;
  close(): void;
};

const USAGE = { prompt_tokens: 120, completion_tokens: 8, total_tokens: 128 };

/** A server that speaks OpenAI's chat completions protocol (JSON, server-sent events, tool calls, errors). */
export async function startFakeOpenAi(): Promise<FakeOpenAi> {
  const answers: Answer[] = [];
  const requests: FakeOpenAi['requests'] = [];
  const silence = Promise.withResolvers<void>();
  const server = createServer(async (request, response) => {
    const body = requestSchema.parse(JSON.parse(await textOf(request)));
    requests.push({ ...body, authorization: request.headers.authorization });
    const answer = answers.shift() ?? { kind: 'error', status: 500 };
    if (answer.kind === 'silence') return silence.resolve();
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
  answer: Exclude<Answer, { kind: 'silence' }>,
): void {
  const about = { id: 'chatcmpl-1', created: 1, model: request.model };
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
    const pieces = answer.kind === 'text' ? answer.pieces : ['Half an ans'];
    for (const content of pieces) event({ choices: [{ index: 0, delta: { role: 'assistant', content } }] });
    if (answer.kind === 'broken') return void setImmediate(() => response.destroy());
    event({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] });
    event({ choices: [], usage: USAGE });
    response.end('data: [DONE]\n\n');
  } else {
    const message =
      answer.kind === 'tool'
        ? { role: 'assistant', content: null, tool_calls: [toolCall(request, answer.args)] }
        : { role: 'assistant', content: answer.pieces.join('') };
    const choices = [{ index: 0, message, finish_reason: answer.kind === 'tool' ? 'tool_calls' : 'stop' }];
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ ...about, object: 'chat.completion', choices, usage: USAGE }));
  }
}

const toolCall = (request: ChatRequest, args: string) => ({
  id: 'call_1',
  type: 'function',
  function: { name: request.tools?.[0]?.function.name ?? 'none', arguments: args },
});

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of request.setEncoding('utf8')) text += part;
  return text;
}
