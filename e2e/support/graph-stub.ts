import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';

/** Something that the world would have seen. */
export type Performed = {
  id: string;
  kind: 'reply' | 'message' | 'hide';
  /** The comment or person that it was done to. */
  target: string;
  text: string;
  at: string;
};

/**
 * A Graph API of the test's own, over HTTP: it does what it is asked to, remembers it, and can be made to keep quiet at
 * the worst moment.
 */
export type GraphStub = {
  url: string;
  performed: Performed[];
  /** Paths of the reads; reconciliation asks here. */
  reads: string[];
  /** The first call whose text contains this gets no answer; it is performed all the same, or lost on the way. */
  keepQuiet(text: string, fate: 'performed' | 'lost'): { arrived: Promise<void> };
  performedWith(text: string): Performed[];
  close(): Promise<void>;
};

const callSchema = z.object({
  message: z.union([z.string(), z.object({ text: z.string() }).transform(({ text }) => text)]).optional(),
  recipient: z.object({ id: z.string().optional(), comment_id: z.string().optional() }).optional(),
});

/** @param accountId of the account that the token belongs to */
export async function startGraphStub(accessToken: string, accountId: string): Promise<GraphStub> {
  const performed: Performed[] = [];
  const reads: string[] = [];
  const quiet: { text: string; fate: 'performed' | 'lost'; arrive: () => void }[] = [];

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://stub');
    const body = await readText(request);
    if (request.headers.authorization !== `Bearer ${accessToken}`) {
      const error = { message: 'Invalid OAuth access token.', type: 'OAuthException', code: 190 };
      return answer(response, 401, { error });
    }
    const [id = '', edge = ''] = pathname.split('/').slice(1).map(decodeURIComponent);
    // Connecting the account: whose token it is, and the subscription to its webhooks.
    if (id === 'me' && edge === '') {
      return answer(response, 200, { user_id: accountId, username: 'shop', account_type: 'BUSINESS' });
    }
    if (edge === 'subscribed_apps') return answer(response, 200, { success: true });
    if (request.method === 'GET') {
      reads.push(pathname);
      return answer(response, 200, read(id, edge, searchParams.get('user_id') ?? ''));
    }
    const action = actionOf(id, edge, callSchema.parse(JSON.parse(body || '{}')));
    const kept = quiet.find(({ text }) => action.text.includes(text));
    if (kept) quiet.splice(quiet.indexOf(kept), 1);
    if (kept?.fate !== 'lost') performed.push(action);
    if (kept) return kept.arrive();
    answer(response, 200, answerTo(action));
  }

  function read(id: string, edge: string, personId: string): unknown {
    const found = performed.toReversed();
    if (edge === 'replies') {
      const replies = found.filter(({ kind, target }) => kind === 'reply' && target === id);
      return { data: replies.map(({ id, text, at }) => ({ id, text, timestamp: at })) };
    }
    const messages = found.filter(({ kind, target }) => kind === 'message' && target === personId);
    const account = { id };
    const data = messages.map(({ id, text, at }) => ({ id, message: text, from: account, created_time: at }));
    return { data: [{ messages: { data } }] };
  }

  function actionOf(id: string, edge: string, call: z.output<typeof callSchema>): Performed {
    const kind = edge === 'replies' ? 'reply' : edge === 'messages' ? 'message' : 'hide';
    const target = kind === 'message' ? recipientOf(call) : id;
    const number = performed.length + 1;
    return { id: `stub-${number}`, kind, target, text: call.message ?? '', at: new Date().toISOString() };
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => answer(response, 500, { error: String(error) }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    performed,
    reads,
    keepQuiet: (text, fate) => {
      const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
      quiet.push({ text, fate, arrive });
      return { arrived };
    },
    performedWith: (text) => performed.filter((action) => action.text.includes(text)),
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** A private reply goes to whoever wrote the comment. */
function recipientOf({ recipient }: z.output<typeof callSchema>): string {
  return recipient?.id ?? authorOf(recipient?.comment_id ?? '');
}

/** The person who writes a comment in these tests. */
export function authorOf(commentId: string): string {
  return `person-of-${commentId}`;
}

function answerTo({ id, kind, target }: Performed): unknown {
  if (kind === 'reply') return { id };
  if (kind === 'message') return { message_id: id, recipient_id: target };
  return { success: true };
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}

async function readText(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of request.setEncoding('utf8')) text += part;
  return text;
}
