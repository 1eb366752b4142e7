import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import { parseJson } from '../../parse-json.ts';

const exchangeSchema = z.object({
  request: z.object({ method: z.string(), path: z.string(), body: z.unknown().optional() }),
  answer: z.object({
    status: z.number(),
    headers: z.record(z.string(), z.string()).default({}),
    body: z.unknown(),
  }),
});
const fileSchema = z.object({
  source: z.string(),
  operations: z.record(z.string(), z.array(exchangeSchema)),
});
export type Exchange = z.output<typeof exchangeSchema>;

/** The recorded exchanges of a file in `../recorded/`, by the name of the operation. */
export function readRecorded(name: string): Record<string, Exchange[]> {
  const file = readFileSync(new URL(`../recorded/${name}.json`, import.meta.url), 'utf8');
  return fileSchema.parse(JSON.parse(file)).operations;
}

/** A platform that answers with what was recorded and remembers what it was asked. */
export async function startRecordedServer() {
  let left: Exchange[] = [];
  let asked: Exchange['request'][] = [];
  const server = createServer(async (request, response) => {
    const body = parseJson(await textOf(request));
    asked.push({
      method: request.method ?? '',
      path: request.url ?? '',
      ...(body !== undefined && { body }),
    });
    const answer = left.shift()?.answer ?? { status: 404, headers: {}, body: {} };
    response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
    response.end(JSON.stringify(answer.body));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    play(exchanges: Exchange[]) {
      left = [...exchanges];
      asked = [];
    },
    asked: () => asked,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of request.setEncoding('utf8')) text += part;
  return text;
}
