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

const server = createServer((request, response) => {
  const commentId = REPLIES_PATH.exec(request.url ?? '')?.[1];
  if (request.method === 'POST' && commentId) {
    replies.push({ commentId: decodeURIComponent(commentId), atNs: String(process.hrtime.bigint()) });
  }
  request.resume();
  count += 1;
  const body = request.method === 'POST' ? `{"id":"reply-${count}"}` : '{"data":[]}';
  response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) });
  response.end(body);
});
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
