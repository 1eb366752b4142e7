import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as readText } from 'node:stream/consumers';

export type GraphAnswer = { status: number; body: unknown };
export type GraphRequest = { method: string; path: string; body: Record<string, unknown> };
type Message = { id: string; message: string; from: { id: string }; created_time: string };

/** A Graph API that answers as told, once each, and well otherwise; it lists the texts that it took. */
export class GraphStub {
  /** What comes next; null: the connection breaks after the call was taken. */
  answers: (GraphAnswer | null)[] = [];
  /** What comes next where something is read. */
  reads: GraphAnswer[] = [];
  requests: GraphRequest[] = [];
  messages: Message[] = [];
  /** Held back until this resolves, after the call was taken. */
  gate: Promise<void> = Promise.resolve();
  readonly #server = createServer((request, response) => {
    void readText(request).then((text) =>
      this.#answer(request.method ?? '', request.url ?? '', text === '' ? {} : JSON.parse(text), response),
    );
  });

  static async start(): Promise<GraphStub> {
    const stub = new GraphStub();
    stub.#server.listen(0, '127.0.0.1');
    await once(stub.#server, 'listening');
    return stub;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  reset(): void {
    this.answers = [];
    this.reads = [];
    this.requests = [];
    this.messages = [];
    this.gate = Promise.resolve();
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /** The bodies of what was posted. */
  get posted(): Record<string, unknown>[] {
    return this.requests.filter(({ method }) => method === 'POST').map(({ body }) => body);
  }

  async #answer(
    method: string,
    path: string,
    body: Record<string, unknown>,
    response: ServerResponse,
  ): Promise<void> {
    this.requests.push({ method, path, body });
    if (method === 'GET') {
      const read = this.reads.shift();
      if (read) return void response.writeHead(read.status).end(JSON.stringify(read.body));
      const data = path.includes('/conversations') ? [{ messages: { data: this.messages } }] : [];
      response.end(JSON.stringify({ data }));
      return;
    }
    const answer = this.answers.shift();
    const id = `sent-${this.posted.length}`;
    const text = (body.message as { text?: string } | undefined)?.text;
    if (answer === undefined && text !== undefined) {
      const created_time = new Date().toISOString();
      this.messages.unshift({ id, message: text, from: { id: 'account' }, created_time });
    }
    await this.gate;
    if (answer === null) return void response.destroy();
    const good = { id, message_id: id, recipient_id: 'mia', success: true };
    response.writeHead(answer?.status ?? 200).end(JSON.stringify(answer?.body ?? good));
  }
}

/** An error body as the Graph API has it. */
export function graphRefusal(status: number, code: number, subcode?: number): GraphAnswer {
  return {
    status,
    body: { error: { message: 'No.', type: 'OAuthException', code, error_subcode: subcode } },
  };
}
