import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';

const requestSchema = z.object({
  model: z.string(),
  stream: z.boolean().optional(),
  system: z.unknown(),
  messages: z.array(z.object({ role: z.string(), content: z.unknown() })),
  tools: z.array(z.object({ name: z.string() })).optional(),
});
export type MessagesRequest = z.output<typeof requestSchema>;

export type FakeAnthropic = {
  url: string;
  requests: (MessagesRequest & { apiKey: string | string[] | undefined })[];
  /** Offered a tool, it calls it with this; else it streams `pieces`. A status other than 200 fails. */
  answer(next: { status?: number; input?: unknown; pieces?: string[] }): void;
  close(): void;
};

/** A server that speaks Anthropic's messages protocol, as far as the nodes use it. */
export async function startFakeAnthropic(): Promise<FakeAnthropic> {
  const requests: FakeAnthropic['requests'] = [];
  let answer: { status?: number; input?: unknown; pieces?: string[] } = {};
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const part of request.setEncoding('utf8')) text += part;
    const body = requestSchema.parse(JSON.parse(text));
    requests.push({ ...body, apiKey: request.headers['x-api-key'] });
    if (answer.status) {
      response.writeHead(answer.status, { 'content-type': 'application/json', 'retry-after': '3' });
      response.end(JSON.stringify({ type: 'error', error: { type: 'overloaded_error', message: 'busy' } }));
      return;
    }
    const message = {
      id: `msg_${randomUUID()}`,
      type: 'message',
      role: 'assistant',
      model: body.model,
      stop_sequence: null,
    };
    const usage = { input_tokens: 50, output_tokens: 5 };
    if (!body.stream) {
      const content = [
        { type: 'tool_use', id: 'toolu_1', name: body.tools?.[0]?.name ?? 'none', input: answer.input },
      ];
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ ...message, content, stop_reason: 'tool_use', usage }));
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const event = (data: { type: string; [field: string]: unknown }) =>
      response.write(`event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`);
    event({
      type: 'message_start',
      message: { ...message, content: [], stop_reason: null, usage: { ...usage, output_tokens: 0 } },
    });
    event({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } });
    for (const piece of answer.pieces ?? []) {
      event({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: piece } });
    }
    event({ type: 'content_block_stop', index: 0 });
    event({
      type: 'message_delta',
      delta: { stop_reason: 'end_turn', stop_sequence: null },
      usage: { output_tokens: 5 },
    });
    event({ type: 'message_stop' });
    response.end();
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    answer: (next) => {
      requests.length = 0;
      answer = next;
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
