import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';

const requestSchema = z.looseObject({
  contents: z.array(z.unknown()),
  systemInstruction: z.unknown(),
  generationConfig: z.looseObject({ maxOutputTokens: z.number().optional() }).optional(),
  tools: z
    .array(z.object({ functionDeclarations: z.array(z.looseObject({ name: z.string() })) }).loose())
    .optional(),
});

/** How the server answers. A status other than 200 fails with `reason` and `retryDelay` in its details. */
export type GoogleAnswer =
  | { pieces: string[]; thoughts?: number }
  | { args: unknown }
  | { status: number; reason?: string; retryDelay?: string };

export type FakeGoogle = {
  url: string;
  requests: (z.output<typeof requestSchema> & { model: string; apiKey: unknown })[];
  answer(next: GoogleAnswer): void;
  close(): void;
};

/** A server that speaks Gemini's `generateContent` and `streamGenerateContent`, as far as the nodes use it. */
export async function startFakeGoogle(): Promise<FakeGoogle> {
  const requests: FakeGoogle['requests'] = [];
  let answer: GoogleAnswer = { status: 500 };
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const part of request.setEncoding('utf8')) text += part;
    const json = (status: number, body: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    };
    if (request.method === 'GET') {
      const models = [
        { name: 'models/gemini-x', displayName: 'Gemini X', supportedGenerationMethods: ['generateContent'] },
        { name: 'models/embedding-x', supportedGenerationMethods: ['embedContent'] },
      ];
      return json(200, { models });
    }
    const body = requestSchema.parse(JSON.parse(text));
    const model = /models\/([^:]+):/.exec(request.url ?? '')?.[1] ?? '';
    requests.push({ ...body, model, apiKey: request.headers['x-goog-api-key'] });
    if ('status' in answer) {
      const details = [
        ...(answer.reason
          ? [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: answer.reason }]
          : []),
        ...(answer.retryDelay
          ? [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: answer.retryDelay }]
          : []),
      ];
      return json(answer.status, { error: { code: answer.status, message: 'it went wrong', details } });
    }
    const thoughts = 'thoughts' in answer ? (answer.thoughts ?? 0) : 0;
    const usageMetadata = {
      promptTokenCount: 70,
      candidatesTokenCount: 6,
      thoughtsTokenCount: thoughts,
      totalTokenCount: 76 + thoughts,
    };
    const candidate = (parts: unknown[], finishReason?: string) => ({
      candidates: [{ index: 0, content: { role: 'model', parts }, ...(finishReason && { finishReason }) }],
      usageMetadata,
    });
    if ('args' in answer) {
      const name = body.tools?.[0]?.functionDeclarations[0]?.name ?? 'none';
      return json(200, candidate([{ functionCall: { name, args: answer.args } }], 'STOP'));
    }
    if (!request.url?.includes('stream')) {
      return json(200, candidate([{ text: answer.pieces.join('') }], 'STOP'));
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const [index, piece] of answer.pieces.entries()) {
      const isLast = index === answer.pieces.length - 1;
      response.write(
        `data: ${JSON.stringify(candidate([{ text: piece }], isLast ? 'STOP' : undefined))}\r\n\r\n`,
      );
    }
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
