import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * A Graph API that says yes to every reply, in a process of its own. It tells its parent the address, then which comment
 * was answered and when (`process.hrtime`, which all processes of a machine share).
 */
export type StubMessage = { address: string } | { replies: { commentId: string; atNs: string }[] };

const TELL_EVERY_MS = 5;

const REPLIES_PATH = /^\/(?:v[\d.]+\/)?([^/]+)\/replies/;

let replies: { commentId: string; atNs: string }[] = [];
let count = 0;
/** What stands under each comment: who crashed asks for it. */
const threads = new Map<string, { id: string; text: string; timestamp: string }[]>();

const server = createServer(async (request, response) => {
  const commentId = decodeURIComponent(REPLIES_PATH.exec(request.url ?? '')?.[1] ?? '');
  const body = await bodyOf(request);
  const answer = JSON.stringify(
    aboutAccount(request) ??
      (request.method === 'POST' ? reply(commentId, body) : { data: threads.get(commentId) ?? [] }),
  );
  response.writeHead(200, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(answer),
  });
  response.end(answer);
});

/** Connecting the account: whose token it is (`<anything>-<account id>`), and the subscription to its webhooks. */
function aboutAccount({ url = '', headers }: IncomingMessage): unknown {
  const path = url.split('?')[0] ?? '';
  if (path.endsWith('/subscribed_apps')) return { success: true };
  if (!path.endsWith('/me')) return undefined;
  return { user_id: headers.authorization?.split('-').at(-1), username: 'bench', account_type: 'BUSINESS' };
}

function reply(commentId: string, body: string): { id: string } {
  replies.push({ commentId, atNs: String(process.hrtime.bigint()) });
  count += 1;
  const { message }: { message: string } = JSON.parse(body);
  const item = { id: `reply-${count}`, text: message, timestamp: new Date().toISOString() };
  threads.set(commentId, [item, ...(threads.get(commentId) ?? [])]);
  return { id: item.id };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text;
}

server.keepAliveTimeout = 60_000;

server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  tell({ address: `http://127.0.0.1:${port}` });
});

setInterval(() => {
  if (replies.length === 0) return;
  tell({ replies });
  replies = [];
}, TELL_EVERY_MS);

process.on('disconnect', () => process.exit(0));

function tell(message: StubMessage): void {
  process.send?.(message);
}
