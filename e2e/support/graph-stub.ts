import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
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
 * How a call is treated when it is not simply done. The caller must cope without knowing `isPerformed`: it is what only
 * the other side knows.
 */
export type Mood =
  | { kind: 'refuse'; status: number; error?: GraphError; retryAfterSeconds?: number; isPerformed: boolean }
  /** Answers after this time. */
  | { kind: 'slow'; ms: number; isPerformed: boolean }
  /** Never answers; the connection stays open. */
  | { kind: 'quiet'; isPerformed: boolean }
  /** The headers and a part of the body, then the connection breaks. */
  | { kind: 'half'; isPerformed: boolean }
  /** The connection breaks before anything was answered. */
  | { kind: 'reset'; isPerformed: boolean };

/** Body of a refusal ("Handle errors", Graph API documentation). */
type GraphError = { message: string; type: string; code: number };

/** Limits of the platform: 4 = of the app, 613 = of calls of one kind ("Rate Limits", Graph API documentation). */
export function overLimit(code: 4 | 613, retryAfterSeconds: number): Mood {
  const message =
    code === 4 ? 'Application request limit reached' : 'Calls to this api have exceeded the rate limit.';
  const error = { message, type: 'OAuthException', code };
  return { kind: 'refuse', status: 429, error, retryAfterSeconds, isPerformed: false };
}

/** A call that came in: something to perform, or a read (reconciliation asks what is there). */
export type GraphCall = { kind: Performed['kind'] | 'read'; target: string; text: string };

/**
 * A Graph API of the test's own, over HTTP: it does what it is asked to, remembers it, and can be made to misbehave in the
 * ways in which a platform does.
 */
export type GraphStub = {
  url: string;
  performed: Performed[];
  /** Paths of the reads; reconciliation asks here. */
  reads: string[];
  /** Calls that came in to perform something, answered or not. */
  asked: GraphCall[];
  /** The next call to perform whose text contains this is treated so. `arrived` tells when it came. */
  next(text: string, mood: Mood): { arrived: Promise<void> };
  /** Decides about every call from now on that no `next` is for; null takes it back. */
  setMoods(choose: ((call: GraphCall) => Mood | null) | null): void;
  /** The first call whose text contains this gets no answer; it is performed all the same, or lost on the way. */
  keepQuiet(text: string, fate: 'performed' | 'lost'): { arrived: Promise<void> };
  performedWith(text: string): Performed[];
  close(): Promise<void>;
};

const callSchema = z.object({
  message: z.union([z.string(), z.object({ text: z.string() }).transform(({ text }) => text)]).optional(),
  recipient: z.object({ id: z.string().optional(), comment_id: z.string().optional() }).optional(),
});

/** As many as the platform lists on a page. */
const PAGE = { replies: 50, messages: 25 };

/** @param accountId of the account that the token belongs to */
export async function startGraphStub(accessToken: string, accountId: string): Promise<GraphStub> {
  const performed: Performed[] = [];
  const reads: string[] = [];
  const asked: GraphCall[] = [];
  const expected: { text: string; mood: Mood; arrive: () => void }[] = [];
  let chooseMood: (call: GraphCall) => Mood | null = () => null;

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
      const found = () => read(id, edge, searchParams.get('user_id') ?? '');
      return treat(response, chooseMood({ kind: 'read', target: id, text: '' }), found);
    }
    const call = actionOf(id, edge, callSchema.parse(JSON.parse(body || '{}')));
    asked.push(call);
    const next = expected.find(({ text }) => call.text.includes(text));
    if (next) expected.splice(expected.indexOf(next), 1);
    next?.arrive();
    await treat(response, next?.mood ?? chooseMood(call), () => perform(call));
  }

  function perform(call: Omit<Performed, 'id' | 'at'>): unknown {
    const action = { ...call, id: `stub-${performed.length + 1}`, at: new Date().toISOString() };
    performed.push(action);
    return answerTo(action);
  }

  function read(id: string, edge: string, personId: string): unknown {
    const found = performed.toReversed();
    if (edge === 'replies') {
      const replies = found.filter(({ kind, target }) => kind === 'reply' && target === id);
      const page = replies.slice(0, PAGE.replies);
      return { data: page.map(({ id, text, at }) => ({ id, text, timestamp: at })) };
    }
    const messages = found.filter(({ kind, target }) => kind === 'message' && target === personId);
    const account = { id: id === 'me' ? accountId : id };
    const data = messages
      .slice(0, PAGE.messages)
      .map(({ id, text, at }) => ({ id, message: text, from: account, created_time: at }));
    return { data: [{ messages: { data } }] };
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => answer(response, 500, { error: String(error) }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const next: GraphStub['next'] = (text, mood) => {
    const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
    expected.push({ text, mood, arrive });
    return { arrived };
  };
  return {
    url: `http://127.0.0.1:${port}`,
    performed,
    reads,
    asked,
    next,
    setMoods: (choose) => {
      chooseMood = choose ?? (() => null);
    },
    keepQuiet: (text, fate) => next(text, { kind: 'quiet', isPerformed: fate === 'performed' }),
    performedWith: (text) => performed.filter((action) => action.text.includes(text)),
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** Does what is asked, or not, and answers in this mood. */
async function treat(response: ServerResponse, mood: Mood | null, act: () => unknown): Promise<void> {
  if (!mood) return answer(response, 200, act());
  if (mood.kind === 'slow' && !mood.isPerformed) await pause(mood.ms);
  const result = mood.isPerformed || mood.kind === 'slow' ? act() : null;
  switch (mood.kind) {
    case 'refuse': {
      const { status, error, retryAfterSeconds } = mood;
      if (retryAfterSeconds !== undefined) response.setHeader('Retry-After', `${retryAfterSeconds}`);
      return answer(response, status, error ? { error } : {});
    }
    case 'slow':
      if (mood.isPerformed) await pause(mood.ms);
      return answer(response, 200, result);
    case 'quiet':
      return;
    case 'half': {
      const text = JSON.stringify(result ?? {});
      response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': text.length + 100 });
      response.write(text.slice(0, text.length / 2), () => response.destroy());
      return;
    }
    case 'reset':
      // An RST instead of a FIN: the caller sees ECONNRESET, as of a machine that went away.
      response.socket?.resetAndDestroy();
      return;
    default:
      throw new Error(`Unknown mood ${mood satisfies never}.`);
  }
}

function actionOf(id: string, edge: string, call: z.output<typeof callSchema>): Omit<Performed, 'id' | 'at'> {
  const kind = edge === 'replies' ? 'reply' : edge === 'messages' ? 'message' : 'hide';
  return { kind, target: kind === 'message' ? recipientOf(call) : id, text: call.message ?? '' };
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
